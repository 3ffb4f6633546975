import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { PipelineDefinition } from '@batchmill/pipeline';
import type { Batch, Run } from '@batchmill/records';
import { reportRun } from '@batchmill/service';
import { TestEngine, eventually, storedRecords, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { allDeadLetters } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestCancel, requestRun, runToTheEnd } from './runs.js';
import { firedOf, injectFaults, ledgerOf, nothingTwiceNothingLeft, type FaultRule } from './simulated-provider.js';

const count = 20;

describe('a server that is not OpenAI’s', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  /** Two batches of ten. */
  async function opened(
    faults: readonly FaultRule[],
    options: Partial<TestEngineOptions> = {},
    pipeline: PipelineDefinition = notes,
  ): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    await injectFaults(bundle, ...faults);
  }

  const embed = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

  const own: readonly FaultRule[] = [
    { on: 'files.create', what: 'pending', value: 300 },
    { on: 'files.create', what: 'times', value: 'iso' },
    { on: 'batch', what: 'times', value: 'iso' },
    { on: 'batch', what: 'upper-case' },
    { on: 'batch', what: 'empty-ids' },
    { on: 'batch', what: 'late-files', value: 2_000 },
  ];

  it.each<[string, readonly FaultRule[]]>([
    ['files that are processed for a while', [{ on: 'files.create', what: 'pending', value: 600 }]],
    ['files without a status', [{ on: 'files.create', what: 'no-status' }]],
    ['an empty text in place of the id of a file', [{ on: 'batch', what: 'empty-ids' }]],
    ['states in capitals', [{ on: 'batch', what: 'upper-case' }]],
    [
      'a state that nobody knows',
      [
        { on: 'batch', what: 'own-state', value: 'reticulating' },
        { on: 'batch', what: 'delay', value: 500 },
      ],
    ],
    ...['iso', 'ms', 'text'].map((value): [string, readonly FaultRule[]] => [
      `times as ${value}`,
      [
        { on: 'files.create', what: 'times', value },
        { on: 'batch', what: 'times', value },
      ],
    ]),
    ['results that are shown late', [{ on: 'batch', what: 'late-files', value: 3_000 }]],
    ['all of these', own],
  ])('M2: every document completes at its first attempt, and nothing is paid twice: with %s', async (_, faults) => {
    await opened(faults);

    const run = await embed();

    expect((await firedOf(bundle)).every((fired) => fired > 0)).toBe(true);
    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: count, failed: 0, left: 0 }, requests: count, batches: 2 },
    });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info.functions).toMatchObject({ embeddings: { state: 'done', attempts: 1 } });
      expect(info.freeRetries ?? 0).toBe(0);
    }
    await eventually('no file left at the provider', async () => (await ledgerOf(bundle)).files.length === 0);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    expect(bundle.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it.each(['iso', 'ms', 'text'])(
    'M2: a batch whose create answer was lost is adopted: with times as %s',
    async (value) => {
      const settings = { armMs: 500, staleListMs: 50 };
      await opened(
        [
          { on: 'files.create', what: 'times', value },
          { on: 'batch', what: 'times', value },
          { on: 'batches.create', what: 'drop-answer', times: 2 },
        ],
        { settings },
      );

      const run = await embed();

      expect(run.totals).toMatchObject({ documents: { succeeded: count }, requests: count, batches: 2 });
      const { batches, ...ledger } = await ledgerOf(bundle);
      expect(ledger).toMatchObject({ requests: count, twice: [] });
      expect(batches).toHaveLength(2);
    },
  );

  it('while a file is processed, its batch waits without a lease and without an attempt, and no batch is created', async () => {
    await opened([
      { on: 'files.create', what: 'pending', value: 1_000_000 },
      { on: 'batches.create', what: 'delay', value: 0 },
    ]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const waiting = await eventually('both batches to wait for their files', async () => {
      const records = await storedBatches();
      return records.length === 2 && records.every(isWaitingForFile) && records;
    });

    expect(waiting.map(({ attempts, parked, error }) => ({ attempts, parked, error }))).toEqual(
      [0, 0].map((attempts) => ({ attempts, parked: false, error: null })),
    );
    expect(await firedOf(bundle)).toEqual([2, 0]);
    await advanceProvider(1_000_000);
    const run = await endOf(bundle, 'r');
    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count });
    expect(await firedOf(bundle)).toEqual([2, 2]);
  });

  it('R2: a run is cancelled while its files are processed: nothing is sent, and no file is left', async () => {
    await opened([{ on: 'files.create', what: 'pending', value: 1_000_000 }]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a batch to wait for its file', async () => (await storedBatches()).some(isWaitingForFile));

    await requestCancel(bundle, 'r');

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled' });
    await eventually('no file left at the provider', async () => (await ledgerOf(bundle)).files.length === 0);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [] });
  });

  it('X2: when the provider cannot process a file, its reason is kept, and the documents are requested again', async () => {
    await opened([{ on: 'files.create', what: 'error', value: 'Line 2 is not JSON.', times: 1 }]);

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 } });
    const failed = (await storedBatches()).filter(({ reason }) => reason === 'failed');
    expect(failed.map(({ failure, provider }) => ({ failure, provider }))).toEqual([
      {
        failure: {
          code: 'batch.file-refused',
          message: 'the provider could not process the input file: Line 2 is not JSON.',
          line: null,
        },
        provider: null,
      },
    ]);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  it('R1: a batch that expires and shows its files late keeps its answers, and the rest is retried for free', async () => {
    await opened([
      { on: 'batch', what: 'expire', value: 50, times: 1 },
      { on: 'batch', what: 'late-files', value: 2_000, times: 1 },
      { on: 'batch', what: 'empty-ids' },
    ]);

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count + 5 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  it('a batch in which every request failed shows an empty output id, and its documents fail for their own reasons', async () => {
    await opened([
      { on: 'batch', what: 'no-output-file', value: 400 },
      { on: 'batch', what: 'empty-ids' },
    ]);

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: 0, failed: count }, requests: count });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info.error).toMatchObject({ code: 'provider.refused-request', attempt: 1 });
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, ...nothingTwiceNothingLeft });
  });

  it('X2: answers that are counted and never shown are requested again after a long wait, which uses up an attempt and is reported', async () => {
    await opened([{ on: 'batch', what: 'late-files', value: 1e9, times: 1 }], {
      settings: { lateResultsMs: 1_000 },
    });

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0, left: 0 }, requests: count + 10 });
    const errors = bundle.log.lines.filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([{ fields: { completed: 10 } }]);
    const outcomes = await outcomesOf(bundle, 'embeddings');
    const attempts = outcomes.map(({ info }) => info.functions?.['embeddings']?.attempts);
    expect(attempts.filter((one) => one === 2)).toHaveLength(10);
    expect((await ledgerOf(bundle)).twice).toHaveLength(10);
    expect(await reportRun(bundle.engine, run)).toMatchObject({
      requests: count + 10,
      lost: { batches: 1, requests: 10 },
    });
  });

  it('a pipeline names the completion window that its provider takes', async () => {
    const patient = { ...notes, batch: { ...notes.batch, completionWindow: '48h' as const } };
    await opened(
      [{ on: 'batch', what: 'delay', value: 100_000 }],
      { simulator: { speed: 100_000, completionWindows: ['48h'] } },
      patient,
    );

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count, batches: 2 });
    expect((await storedBatches()).map(({ completionWindow, reason }) => [completionWindow, reason])).toEqual([
      ['48h', 'completed'],
      ['48h', 'completed'],
    ]);
  });

  it('a batch that does not expire is waited for during the grace period', async () => {
    await opened(
      [
        { on: 'batch', what: 'delay', value: 100_000 },
        { on: 'batch', what: 'never-expires' },
      ],
      { simulator: { speed: 100_000 } },
    );

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count, batches: 2 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  async function storedBatches(): Promise<Batch[]> {
    return Array.fromAsync(storedRecords(bundle.engine.store).batches.find({}));
  }

  async function advanceProvider(advanceSeconds: number): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ advanceSeconds });
    await fetch(`${bundle.simulator.url}/admin/clock`, { method: 'POST', headers, body });
  }
});

function isWaitingForFile({ state, submission, lease, nextAt, updatedAt }: Batch): boolean {
  return state === 'built' && submission.filePendingSince != null && lease.owner === null && nextAt > updatedAt;
}

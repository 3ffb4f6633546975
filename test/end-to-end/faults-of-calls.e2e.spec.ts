import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { Run } from '@batchmill/records';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { allDeadLetters } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun, requestCancel, endOf, runToTheEnd } from './runs.js';
import { injectFaults, firedOf, ledgerOf, nothingTwiceNothingLeft, type FaultRule } from './simulated-provider.js';

const count = 20;
/** More failures than one call is retried for: the record is released in between. */
const manyTimes = 12;

describe('failing calls to the provider', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  /** Two batches of ten. The engine soon looks for a batch that an unclear create may have left. */
  async function opened(faults: readonly FaultRule[], options: Partial<TestEngineOptions> = {}): Promise<void> {
    const settings = { armMs: 500, staleListMs: 50, sweepMs: 100 };
    bundle = await TestEngine.open({ pipelines: [notes], settings, ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    await injectFaults(bundle, ...faults);
  }

  const embed = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

  it.each<FaultRule>([
    { on: 'files.delete', what: 'status', value: 503 },
    { on: 'files.delete', what: 'drop-answer' },
  ])('files that could not be deleted when their batch was ingested are deleted by a sweep: %j', async (fault) => {
    await opened([fault]);

    const run = await embed();
    await injectFaults(bundle);

    expect(run.totals?.documents).toMatchObject({ succeeded: count });
    await eventually('all files to be deleted', async () => (await ledgerOf(bundle)).files.length === 0);
    await eventually('no record to know of one', async () => {
      const left = await Array.fromAsync(bundle.engine.batches.withLeftFiles());
      return left.length === 0;
    });
  });

  it.each<[string, FaultRule[]]>([
    ['an upload that is answered with 500', [{ on: 'files.create', what: 'status', times: 2 }]],
    [
      'an upload that is answered with 503 for long',
      [{ on: 'files.create', what: 'status', value: 503, times: manyTimes }],
    ],
    ['an upload whose answer is lost', [{ on: 'files.create', what: 'drop-answer', times: 2 }]],
    ['an upload whose answer is late', [{ on: 'files.create', what: 'delay', value: 150 }]],
    ['a create that is answered with 500', [{ on: 'batches.create', what: 'status', times: 2 }]],
    ['a create that is answered with 503 for long', [{ on: 'batches.create', what: 'status', value: 503, times: 5 }]],
    ['a create that is answered with 429', [{ on: 'batches.create', what: 'status', value: 429, times: 3 }]],
    ['a create that is answered with 409', [{ on: 'batches.create', what: 'status', value: 409, times: 1 }]],
    ['a create whose answer is lost', [{ on: 'batches.create', what: 'drop-answer', times: 2 }]],
    ['a create whose answer is late', [{ on: 'batches.create', what: 'delay', value: 150 }]],
    [
      'a create that succeeds after the submitter gave up',
      [{ on: 'batches.create', what: 'delay', value: 560, times: 1 }],
    ],
    [
      'a create whose answer is lost, and lists that are answered with 500',
      [
        { on: 'batches.create', what: 'drop-answer', times: 2 },
        { on: 'batches.list', what: 'status', times: manyTimes },
      ],
    ],
    [
      'a create whose answer is lost, and lists that lag behind',
      [
        { on: 'batches.create', what: 'drop-answer', times: 2 },
        { on: 'batches.list', what: 'stale', value: 1 },
      ],
    ],
    [
      'lists whose answers are lost',
      [
        { on: 'batches.create', what: 'drop-answer', times: 1 },
        { on: 'batches.list', what: 'drop-answer', times: 3 },
      ],
    ],
    ['a retrieval that is answered with 500', [{ on: 'batches.retrieve', what: 'status', times: 2 }]],
    [
      'a retrieval that is answered with 502 for long',
      [{ on: 'batches.retrieve', what: 'status', value: 502, times: manyTimes }],
    ],
    ['a retrieval that is answered with 429', [{ on: 'batches.retrieve', what: 'status', value: 429, times: 3 }]],
    ['a retrieval whose answer is lost', [{ on: 'batches.retrieve', what: 'drop-answer', times: 3 }]],
    ['a retrieval whose answer is late', [{ on: 'batches.retrieve', what: 'delay', value: 150, times: 4 }]],
    ['a retrieval that shows an old state', [{ on: 'batches.retrieve', what: 'stale', value: 2 }]],
    ['a download that is answered with 502', [{ on: 'files.content', what: 'status', value: 502, times: 2 }]],
    [
      'a download that is answered with 502 for long',
      [{ on: 'files.content', what: 'status', value: 502, times: manyTimes }],
    ],
    ['a download that breaks before its first byte', [{ on: 'files.content', what: 'drop-answer', times: 3 }]],
    ['a download that is cut off', [{ on: 'files.content', what: 'cut-off', value: 60, times: 5 }]],
    ['a download that is cut off at its very end', [{ on: 'files.content', what: 'cut-off', value: 99, times: 2 }]],
    ['a download that is slow', [{ on: 'files.content', what: 'delay', value: { perChunkMs: 50 } }]],
  ])('%s: every document completes, and nothing is paid twice', async (_, faults) => {
    await opened(faults);

    const run = await embed();

    expect((await firedOf(bundle)).every((fired) => fired > 0)).toBe(true);
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count, failed: 0, left: 0 } } });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info).toMatchObject({ functions: { embeddings: { state: 'done', attempts: 1 } } });
    }
    expect(await bundle.engine.vectors.count('notes')).toBe(count);
    await eventually('no file left at the provider', async () => (await ledgerOf(bundle)).files.length === 0);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    expect(bundle.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('the engine waits for a result file that is not there yet, and retries nothing', async () => {
    await opened([{ on: 'files.content', what: 'status', value: 404, times: 3 }]);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', limit: 10 });

    expect(await firedOf(bundle)).toEqual([3]);
    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 10 }, requests: 10, batches: 1 },
    });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 10, twice: [] });
  });

  it('when a result file is gone, its requests are retried without using up an attempt, though they are paid again', async () => {
    await opened([{ on: 'files.content', what: 'status', value: 404 }]);

    const ended = runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', limit: 10 });
    await eventually('the log line that the file is gone', () =>
      bundle.log.lines.some(({ message }) => message.startsWith('a result file is gone')),
    );
    await injectFaults(bundle);
    const run = await ended;

    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 10, failed: 0, left: 0 }, requests: 20, batches: 2 },
    });
    for (const { info } of (await outcomesOf(bundle, 'embeddings')).slice(0, 10)) {
      expect(info).toMatchObject({ freeRetries: 1, functions: { embeddings: { state: 'done', attempts: 1 } } });
    }
    const { twice, requests } = await ledgerOf(bundle);
    expect(requests).toBe(20);
    expect(twice).toHaveLength(10);
    expect(await bundle.engine.vectors.count('notes')).toBe(10);
  });

  it.each<[string, FaultRule]>([
    ['is answered', { on: 'batches.cancel', what: 'delay', value: 10 }],
    ['is answered with 500', { on: 'batches.cancel', what: 'status', times: 2 }],
    ['is answered with 500 for long', { on: 'batches.cancel', what: 'status', times: manyTimes }],
    ['is carried out but not answered', { on: 'batches.cancel', what: 'drop-answer', times: 2 }],
  ])('R2: after a cancel that %s, the answers so far are kept and the rest is left pending', async (_, fault) => {
    await opened([{ on: 'batch', what: 'delay', value: 8_000 }, fault]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('some answers', async () => {
      const { batches } = await ledgerOf(bundle);
      return batches.length === 2 && batches.every(({ billed }) => billed > 0);
    });

    await requestCancel(bundle, 'r');
    const run = await endOf(bundle, 'r');

    const answered = await bundle.engine.documentStore.collection('notes').count({ embedding_status: 'completed' });
    const left = await bundle.engine.documentStore.collection('notes').count({ embedding_status: 'pending' });
    expect([answered + left, answered > 0, left > 0]).toEqual([count, true, true]);
    expect(run).toMatchObject({ state: 'cancelled', totals: { documents: { succeeded: answered, failed: 0, left } } });
    const ledger = await ledgerOf(bundle);
    expect(ledger).toMatchObject({ requests: answered, ...nothingTwiceNothingLeft });
    expect(ledger.batches.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
  });

  it('a batch whose create is refused permanently is parked with its error; retried by hand, it continues and is paid once', async () => {
    await opened([{ on: 'batches.create', what: 'status', value: 400, match: 'r.c1.b1' }]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    const { batches } = bundle.engine;
    await eventually('the other batch', async () => (await batches.get('r.c2.b1'))?.state === 'ingested');
    const parked = await eventually(
      'a parked batch',
      async () => (await batches.countParked()) === 1 && batches.get('r.c1.b1'),
    );
    expect(parked).toMatchObject({ state: 'built', error: { code: 'provider.refused' }, submission: { armed: null } });

    await injectFaults(bundle);
    await batches.unpark('r.c1.b1');
    const run = await endOf(bundle, 'r');

    expect(run.totals).toMatchObject({ documents: { succeeded: count }, requests: count });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, twice: [] });
  });
});

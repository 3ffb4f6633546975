import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { Ingestion, Run } from '@batchmill/records';
import { TestEngine, storedRecords } from '@batchmill/testing';
import { outcomeOf, outcomesOf } from './documents.js';
import { allDeadLetters } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { injectFaults, firedOf, ledgerOf, nothingTwiceNothingLeft, type FaultRule } from './simulated-provider.js';

const count = 20;
const faulty = 'n00011';
const faultyRequest = `embeddings_book4_${faulty}`;

/** Faults of one result that a retry may cure, and the error code that the document gets. */
const transientFaults: [name: string, fault: Partial<FaultRule> & { what: string }, code: string][] = [
  ['a 500', { what: 'status', value: 500 }, 'provider.unanswered-request'],
  ['a 503', { what: 'status', value: 503 }, 'provider.unanswered-request'],
  ['a 429', { what: 'status', value: 429 }, 'provider.unanswered-request'],
  ['a 408', { what: 'status', value: 408 }, 'provider.unanswered-request'],
  ['a timeout', { what: 'drop-answer' }, 'provider.unanswered-request'],
  ['a status of 0', { what: 'status-0' }, 'provider.unanswered-request'],
  ['no result', { what: 'missing' }, 'provider.missing-result'],
  ['half a result line', { what: 'bad-json' }, 'provider.missing-result'],
];

describe('faulty results', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  async function opened(...faults: (Partial<FaultRule> & { what: string })[]): Promise<void> {
    // A batch whose every result is missing counts answers that are never shown.
    bundle = await TestEngine.open({ pipelines: [notes], settings: { lateResultsMs: 1_000 } });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    await injectFaults(bundle, ...faults.map((fault) => ({ on: 'line', ...fault })));
  }

  const embed = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
  const infer = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'inference' });

  it.each(transientFaults)(
    'X2: a request that ends with %s is retried, and the document completes',
    async (_, fault) => {
      await opened({ ...fault, times: 7 });

      const run = await embed();

      expect(run).toMatchObject({
        state: 'finished',
        totals: { documents: { succeeded: count, failed: 0, left: 0, takenOver: 0 }, requests: count + 7 },
      });
      const outcomes = await outcomesOf(bundle, 'embeddings');
      const attempts = outcomes.map(({ info }) => info.functions?.['embeddings']?.attempts);
      expect(attempts.filter((one) => one === 2)).toHaveLength(7);
      expect(attempts.filter((one) => one === 1)).toHaveLength(count - 7);
      expect(outcomes.filter(({ status, info }) => status !== 'completed' || info.error !== undefined)).toEqual([]);
      expect(await bundle.engine.vectors.count('notes')).toBe(count);
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    },
  );

  it.each(transientFaults)(
    'X2 X3: a document whose request ends with %s every time fails after four attempts, with the reason',
    async (_, fault, code) => {
      await opened({ ...fault, match: faultyRequest });

      const run = await embed();

      expect(run.totals).toMatchObject({
        documents: { succeeded: count - 1, failed: 1, left: 0 },
        requests: count + 3,
      });
      const { status, info } = await outcomeOf(bundle, 'embeddings', faulty);
      expect(status).toBe('failed');
      expect(info.error).toMatchObject({ code, attempt: 4, at: expect.any(Date) });
      expect(info.functions).toEqual({ embeddings: { state: 'failed', attempts: 4, error: info.error } });
      expect(await firedOf(bundle)).toEqual([4]);
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count - 1, ...nothingTwiceNothingLeft });
      const [firstError] = (await ingestionsOf()).map(({ firstError }) => firstError).filter((one) => one !== null);
      expect(firstError).toContain(code);
    },
  );

  it.each([400, 404, 422])('X3: a %d is a refusal by the provider: the document fails at once', async (value) => {
    await opened({ what: 'status', value, match: faultyRequest });

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count - 1, failed: 1 }, requests: count });
    expect((await outcomeOf(bundle, 'embeddings', faulty)).info.error).toMatchObject({
      code: 'provider.refused-request',
      message: expect.stringContaining(String(value)),
      attempt: 1,
    });
  });

  it('a result that comes twice is written once, and the duplicate is counted', async () => {
    await opened({ what: 'double' });

    const run = await infer();

    expect(run.totals?.documents).toMatchObject({ succeeded: count, failed: 0 });
    for (const { document } of await outcomesOf(bundle, 'inference')) expect(document['answers']).toHaveLength(3);
    expect(sumOf(await ingestionsOf(), 'duplicates')).toBe(3 * count);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 * count, ...nothingTwiceNothingLeft });
  });

  it('a result without a request is skipped, and counted', async () => {
    await opened({ what: 'unknown', every: 4 });

    const run = await embed();

    expect(run.totals?.documents).toMatchObject({ succeeded: count, failed: 0 });
    expect(sumOf(await ingestionsOf(), 'unknown')).toBe(count / 4);
    expect(await bundle.engine.vectors.count('notes')).toBe(count);
  });

  it('a refusal by the model fails its document at once, because a retry would cost the same and end the same', async () => {
    await opened({ what: 'refusal', match: `summary_book4_${faulty}` });

    const run = await infer();

    expect(run.totals?.documents).toMatchObject({ succeeded: count - 1, failed: 1 });
    expect((await outcomeOf(bundle, 'inference', faulty)).info).toMatchObject({
      error: { code: 'provider.refusal', attempt: 1 },
      functions: { summary: { state: 'failed', attempts: 1 }, qa_0: { state: 'done' }, qa_1: { state: 'done' } },
    });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 * count, ...nothingTwiceNothingLeft });
  });

  it('I3 X2: only the function that failed is retried, and each answer is written once', async () => {
    await opened({ what: 'status', value: 500, match: 'qa_1_', times: count });

    const run = await infer();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: 4 * count });
    for (const { document, info } of await outcomesOf(bundle, 'inference')) {
      expect((document['answers'] as { by: string }[]).map(({ by }) => by).sort()).toEqual(['qa_0', 'qa_1', 'summary']);
      expect(info.functions?.['qa_1']?.attempts).toBe(2);
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 * count, ...nothingTwiceNothingLeft });
  });

  it('R6: with all faults at once, every document ends, every sum adds up, and nothing is paid or written twice', async () => {
    const odd = ['status', 'drop-answer', 'missing', 'double', 'unknown', 'status-0', 'bad-json', 'refusal'];
    await opened(...odd.map((what) => ({ what, rate: 0.06 })), { what: 'status', value: 400, rate: 0.03 });

    const run = await infer();

    const outcomes = await outcomesOf(bundle, 'inference');
    const completed = outcomes.filter(({ status }) => status === 'completed').length;
    const failed = outcomes.filter(({ status }) => status === 'failed').length;
    expect(completed + failed).toBe(count);
    expect(failed).toBeGreaterThan(0);
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: completed, failed } } });
    for (const { document, info, status } of outcomes) {
      const functions = Object.entries(info.functions ?? {});
      const done = functions.filter(([, { state }]) => state === 'done').map(([name]) => name);
      const answers = (document['answers'] ?? []) as { by: string }[];
      expect(answers.map(({ by }) => by).sort()).toEqual(done.sort());
      expect(functions.every(([, { attempts = 0 }]) => attempts >= 1 && attempts <= 4)).toBe(true);
      expect(info.error === undefined).toBe(status === 'completed');
    }
    const ingestions = await ingestionsOf();
    const requestCounts = (['succeeded', 'failed', 'retried'] as const).map((what) => sumOf(ingestions, what));
    expect(requestCounts.reduce((sum, one) => sum + one)).toBe(run.totals?.requests);
    const ledger = await ledgerOf(bundle);
    expect(ledger).toMatchObject(nothingTwiceNothingLeft);
    expect(run.totals?.cost.nanoUsd).toBe(ledger.nanoUsd);
  });

  async function ingestionsOf(): Promise<Ingestion[]> {
    return Array.fromAsync(
      storedRecords(bundle.engine.store).batches.find({}, { sort: { _id: 1 } }),
      ({ ingestion }) => ingestion,
    );
  }
});

function sumOf(
  ingestions: readonly Ingestion[],
  what: 'succeeded' | 'failed' | 'retried' | 'duplicates' | 'unknown',
): number {
  return ingestions.reduce((sum, one) => sum + one[what], 0);
}

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { BatchDeferred } from '@batchmill/contracts/events';
import type { Run } from '@batchmill/records';
import { TestEngine, storedRecords, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { allDeadLetters, published } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft, type FaultRule } from './simulated-provider.js';

const count = 20;

describe('batches that do not complete', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  /** Two batches of ten. */
  async function opened(
    fault: Partial<FaultRule> & { what: string },
    options: Partial<TestEngineOptions> = {},
  ): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [notes], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'batch', ...fault });
  }

  const embed = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
  const infer = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', functions: ['summary'] });

  async function attemptsAndFreeRetries(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      const key = `${info.functions?.['embeddings']?.attempts ?? 0} attempts, ${info.freeRetries ?? 0} free retries`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  it.each([
    [0, { '1 attempts, 1 free retries': 10, '1 attempts, 0 free retries': 10 }],
    [50, { '1 attempts, 1 free retries': 5, '1 attempts, 0 free retries': 15 }],
    [100, { '1 attempts, 0 free retries': 20 }],
  ])(
    'R1: a batch expires at %d %%: its answers are kept, and the rest is retried without using up an attempt',
    async (value, expected) => {
      await opened({ what: 'expire', value, times: 1 });

      const run = await embed();

      expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count, failed: 0, left: 0 } } });
      expect(await attemptsAndFreeRetries()).toEqual(expected);
      expect(await bundle.engine.vectors.count('notes')).toBe(count);
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    },
  );

  it('R1: batches that expire every time keep their answers, and leave the rest pending after the limit of free retries', async () => {
    await opened({ what: 'expire', value: 50 }, { settings: { maxFreeRetries: 3 } });

    const run = await embed();

    const answered = await bundle.engine.documentStore.collection('notes').count({ embedding_status: 'completed' });
    const left = await bundle.engine.documentStore.collection('notes').count({ embedding_status: 'pending' });
    expect(answered + left).toBe(count);
    expect(left).toBeGreaterThan(0);
    expect(run).toMatchObject({ state: 'incomplete', totals: { documents: { succeeded: answered, failed: 0, left } } });
    expect(await bundle.engine.vectors.count('notes')).toBe(answered);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: answered, ...nothingTwiceNothingLeft });
  });

  it('documents that an incomplete run left pending are processed by the next run', async () => {
    await opened({ what: 'expire', value: 0, times: 2 }, { settings: { maxFreeRetries: 1 } });
    expect(await embed()).toMatchObject({ state: 'incomplete', totals: { documents: { left: count } } });

    const next = await runToTheEnd(bundle, { runId: 'next', pipeline: 'notes', endpoint: 'embeddings' });

    expect(next).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count, left: 0 } } });
  });

  it('M5: when the queue is full, the same file is submitted again, no document is touched and no attempt is used up', async () => {
    await opened({ what: 'token-limit', value: 90_000, times: 2 });

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count }, requests: count, batches: 2 });
    expect(await attemptsAndFreeRetries()).toEqual({ '1 attempts, 0 free retries': count });
    const deferred = await published<BatchDeferred>(bundle, BatchDeferred);
    expect(deferred.map(({ about, unit, limit }) => [about, unit, limit])).toEqual([
      ['queue', 'tokens', 90_000],
      ['queue', 'tokens', 90_000],
    ]);
    const { provider, budgets } = bundle.engine;
    expect(await budgets.get(provider.account, 'text-embedding-3-small')).toMatchObject({
      limits: { tokens: { value: 90_000 } },
    });
    const submissions = await Array.fromAsync(
      storedRecords(bundle.engine.store).batches.find({}),
      ({ submission, previousAttempts }) => [submission.attempt - 1, previousAttempts.length],
    );
    expect(submissions.flat().reduce((sum, one) => sum + one)).toBe(4);
    const ledger = await ledgerOf(bundle);
    expect(ledger).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    expect(ledger.batches.map(({ status }) => status).sort()).toEqual(['completed', 'completed', 'failed', 'failed']);
  });

  it('Y5: a batch that fails by the provider’s own fault is submitted again, which uses up no attempt', async () => {
    await opened({ what: 'status', value: 'server_error', times: 1 });

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count });
    expect(await attemptsAndFreeRetries()).toEqual({ '1 attempts, 0 free retries': count });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  it('X3: documents whose batches fail every time fail after four attempts, with the error code', async () => {
    await opened({ what: 'status', value: 'server_error' });

    const run = await embed();

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 0, failed: count, left: 0 } } });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info.error).toMatchObject({ attempt: 4, message: expect.stringContaining('server_error') });
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, usd: 0, ...nothingTwiceNothingLeft });
  });

  it('a batch in which every request failed has no output file, and its documents are retried', async () => {
    await opened({ what: 'no-output-file', times: 1 });

    const run = await infer();

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count + 10 });
    for (const { document } of await outcomesOf(bundle, 'inference')) expect(document['answers']).toHaveLength(1);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  it('batches in which every request is refused fail all their documents at once', async () => {
    await opened({ what: 'no-output-file', value: 400 });

    const run = await infer();

    expect(run.totals).toMatchObject({ documents: { succeeded: 0, failed: count }, requests: count });
    for (const { info } of await outcomesOf(bundle, 'inference')) {
      expect(info.error).toMatchObject({ code: 'provider.refused-request', attempt: 1 });
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, ...nothingTwiceNothingLeft });
  });

  it('the engine waits for a slow batch', async () => {
    await opened({ what: 'delay', value: 600 });

    expect((await infer()).totals?.documents).toMatchObject({ succeeded: count, failed: 0 });
  });

  it('R1: a batch that stalls until its window is over expires: its answers are kept, and the rest is retried', async () => {
    await opened({ what: 'stall', value: 30, times: 1 }, { simulator: { speed: 100_000 } });

    const run = await embed();

    expect(run.totals).toMatchObject({ documents: { succeeded: count }, requests: count + 7 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });
});

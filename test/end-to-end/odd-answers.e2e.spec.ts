import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { readLines, type Run } from '@batchmill/records';
import { reportBatch } from '@batchmill/service';
import type { KnownPipelines } from '@batchmill/testing';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomeOf, outcomesOf } from './documents.js';
import { allDeadLetters } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, reprocess, requestCancel, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const count = 10;
const batchId = 'r.c1.b1';

describe('answers in other forms', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  async function opened(pipeline: PipelineDefinition = notes): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline] });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  const embed = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
  const infer = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', functions: ['summary'] });

  it.each(['parts', 'legacy-text', 'no-status', 'status-text', 'body-text', 'no-response', 'byte-order-mark'])(
    'I2: texts are read in the form %s, and each is paid once',
    async (value) => {
      await opened();
      await injectFaults(bundle, { on: 'line', what: 'shape', value });

      const run = await infer();

      expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count });
      for (const { document } of await outcomesOf(bundle, 'inference')) {
        expect(document['answers']).toEqual([{ by: 'summary', text: expect.stringMatching(/\w/) }]);
      }
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    },
  );

  it.each(['nested-vector', 'no-status', 'body-text', 'no-response', 'byte-order-mark', 'carriage-return'])(
    'E4: vectors are read in the form %s, and each is paid once',
    async (value) => {
      await opened();
      await injectFaults(bundle, { on: 'line', what: 'shape', value });

      const run = await embed();

      expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count });
      expect(await bundle.engine.vectors.count('notes')).toBe(count);
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    },
  );

  it.each([
    ['embeddings', embed],
    ['inference', infer],
  ] as const)(
    'X2: an answer of %s that is not understood is paid once: its document fails with its reason, and the line is kept',
    async (endpoint, run) => {
      await opened();
      await injectFaults(bundle, { on: 'line', what: 'shape', value: 'unreadable', every: 5 });

      const { totals } = await run();

      expect(totals).toMatchObject({ documents: { succeeded: count - 2, failed: 2 }, requests: count });
      const failed = (await outcomesOf(bundle, endpoint)).filter(({ status }) => status === 'failed');
      expect(failed.map(({ info }) => info.error)).toEqual([1, 2].map(() => notUnderstood));
      expect(await keptLines()).toEqual([1, 2].map(() => expect.stringContaining('that nobody knows')));
      const ledger = await ledgerOf(bundle);
      expect(ledger).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
      expect(totals?.tokens).toEqual({ input: ledger.inputTokens, output: ledger.outputTokens });
    },
  );

  const notUnderstood = expect.objectContaining({ code: 'provider.answer-not-understood', attempt: 1 });

  it('lines that nobody asked for, or that are no JSON, are counted, kept and shown', async () => {
    await opened();
    await injectFaults(
      bundle,
      { on: 'line', what: 'unknown', value: 'a-stranger', match: 'n00001' },
      { on: 'line', what: 'bad-json', match: 'n00002', times: 1 },
    );

    await infer();

    const report = reportBatch(bundle.engine, (await bundle.engine.batches.get(batchId))!);
    expect(report).toMatchObject({ unknownLines: 2, unusableAnswers: 0, keptFile: expect.any(String) });
    const kept = await keptLines();
    expect(kept).toHaveLength(2);
    expect(kept.join('\n')).toContain('a-stranger');
    // They stay when the batch is reprocessed: nothing else holds them.
    expect(await reprocess(bundle, batchId)).toMatchObject({ requests: 0, unusable: 0 });
    expect(await keptLines()).toEqual(kept);
  });

  it('I5: when a schema is mended, the answers that did not match are used, also those of a run that was cancelled', async () => {
    bundle = await TestEngine.open({ pipelines: [withSchema(true)], settings: { retryBaseMs: 3_600_000 } });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'line', what: 'half-answer' });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    await eventually('the answers', async () => (await bundle.engine.batches.get(batchId))?.state === 'ingested');
    await requestCancel(bundle, 'r');
    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled', totals: { documents: { left: count } } });
    const { info } = await outcomeOf(bundle, 'inference', 'n00000');
    expect(info.functions?.['summary']).toMatchObject({ state: 'retry', keptIn: expect.stringMatching(/\.b1$/) });
    const before = await ledgerOf(bundle);

    (bundle.engine.pipelines as KnownPipelines).replace([withSchema(false)]);
    const done = await reprocess(bundle, batchId);

    expect(done).toMatchObject({ requests: count, documents: count, unusable: 0 });
    const next = await runToTheEnd(bundle, { runId: 'next', pipeline: 'notes' });
    expect(next.totals).toMatchObject({ documents: { succeeded: 0 }, requests: 0 });
    expect(await ledgerOf(bundle)).toEqual(before);
    expect(before).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  async function keptLines(): Promise<string[]> {
    const name = (await bundle.engine.batches.get(batchId))?.ingestion.kept ?? null;
    if (name === null) return [];
    return Array.fromAsync(readLines(bundle.engine.blobs.read(name)), ({ bytes }) => bytes.toString('utf8'));
  }
});

function withSchema(hasSchema: boolean): PipelineDefinition {
  const request = { model: 'gpt-4o-mini', system: 'Summarize the following text:', user: '{{ text }}' };
  const properties = { topics: { type: 'array', items: { type: 'string' } } };
  const responseFormat = { type: 'object', properties, required: ['topics'], additionalProperties: false };
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    inference: {
      status: { field: 'ai_status' },
      functions: [chat({ ...request, name: 'summary', ...(hasSchema && { responseFormat }) })],
    },
    batch: { batchSize: 100 },
  });
}

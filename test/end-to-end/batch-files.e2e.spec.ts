import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestCancel, requestRun, runToTheEnd } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

describe('batch files', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    documents: readonly Record<string, unknown>[],
    pipeline: PipelineDefinition,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    bundle = await TestEngine.open({ pipelines: [pipeline], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(documents);
    await bundle.start(stages);
    return bundle;
  }

  it('R4: more documents than a batch may have are split into several batches', async () => {
    await opened(manyNotes(25), sizedFor(10, 8));

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 25 }, batches: 3 });
    expect(await sizesOf()).toEqual([10, 10, 5]);
  });

  it('M5: work that is larger than the provider’s queue is sent in smaller files once the limit is known', async () => {
    await opened(manyNotes(40), sizedFor(20, 8), {
      simulator: { enqueuedTokenLimits: { 'text-embedding-3-small': 250 } },
    });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 40, failed: 0, left: 0 } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 40, ...nothingTwiceNothingLeft });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info.functions?.['embeddings']).toMatchObject({ state: 'done', attempts: 1 });
    }
  });

  it('M5: a document that is larger than the whole queue is left pending, and the others are done', async () => {
    const large = { _id: 'large', note: 'n', text: 'mill '.repeat(600) };
    const enqueuedTokenLimits = { 'text-embedding-3-small': 500 };
    await opened([large, ...manyNotes(5)], sizedFor(10, 8), {
      simulator: { enqueuedTokenLimits },
      settings: { maxFreeRetries: 2 },
    });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'incomplete', totals: { documents: { succeeded: 5, failed: 0, left: 1 } } });
    const [first] = await outcomesOf(bundle, 'embeddings');
    expect(first).toMatchObject({ status: 'pending', info: { error: { code: 'provider.batch-too-large' } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 5, ...nothingTwiceNothingLeft });
  });

  it('a file has one model: functions of two models go into two files, and their answers are written to the same document', async () => {
    await opened(manyNotes(6), twoModels);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'inference' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 6, failed: 0 }, requests: 18, batches: 2 });
    for (const { info, document } of await outcomesOf(bundle, 'inference')) {
      expect(Object.keys(info.functions ?? {}).sort()).toEqual(['entities', 'summary', 'topics']);
      expect(document['event_response']).toHaveLength(3);
    }
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 18, ...nothingTwiceNothingLeft });
  });

  it('Y5: an alias that the provider does not know holds the run, and costs no document an attempt', async () => {
    const alias = { model: 'text-embedding-9', baseModel: 'text-embedding-3-small' };
    await opened(manyNotes(12), { ...notes, embeddings: { ...notes.embeddings!, ...alias } });

    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    const held = await eventually('a held batch', async () => {
      const [batch] = await Array.fromAsync(bundle.engine.batches.heldByAccount());
      return batch?.held;
    });
    await requestCancel(bundle, 'r');
    const run = await endOf(bundle, 'r');

    expect(held).toMatchObject({ about: 'account', code: 'model_not_found' });
    expect(run.totals?.documents).toMatchObject({ succeeded: 0, failed: 0, left: 12 });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect(info.functions?.['embeddings']?.attempts ?? 0).toBe(0);
    }
  });

  async function sizesOf(): Promise<number[]> {
    const { batches } = await ledgerOf(bundle);
    return batches.map(({ requests }) => requests).sort((one, other) => other - one);
  }
});

function sizedFor(batchSize: number, dimensions: number): PipelineDefinition {
  return { ...notes, batch: { batchSize }, embeddings: { ...notes.embeddings!, dimensions } };
}

const twoModels = definePipeline({
  name: 'notes',
  source: { collection: 'notes', parentIdField: 'note' },
  inference: {
    functions: ['summary', 'topics', 'entities'].map((name) =>
      chat({
        name,
        model: name === 'topics' ? 'gpt-4o' : 'gpt-4o-mini',
        system: `List the ${name}:`,
        user: '{{ text }}',
      }),
    ),
  },
  batch: { batchSize: 10 },
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { TestEngine } from '@batchmill/testing';
import { notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const count = 50_000;
const pipeline: PipelineDefinition = {
  ...notes,
  batch: { batchSize: count },
  embeddings: { ...notes.embeddings!, dimensions: 2 },
};

describe('batch files', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  it('R4: 50,000 documents requested at once are exactly one file of one batch', async () => {
    bundle = await TestEngine.open({ pipelines: [pipeline], work: { leaseMs: 600_000 } });
    const documents = Array.from({ length: count }, (_, index) => ({ _id: index, note: 'n', text: `Mill ${index}` }));
    await bundle.engine.documentStore.collection('notes').insertMany(documents);
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'all', pipeline: 'notes', endpoint: 'embeddings' }, 540_000);

    expect(run.totals).toMatchObject({ documents: { succeeded: count, failed: 0 }, requests: count, batches: 1 });
    const ledger = await ledgerOf(bundle);
    expect(ledger.batches).toEqual([expect.objectContaining({ status: 'completed', requests: count, billed: count })]);
    expect(ledger).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
    expect(await bundle.engine.vectors.count('notes')).toBe(count);
  }, 600_000);
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { TestEngine } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { injectFaults } from './simulated-provider.js';

describe('how long the provider takes', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  it('E5: is learned from each batch of a run that ends, and not from one that fails', async () => {
    const simulator = { turnaround: { kind: 'fixed', seconds: 300 } } as const;
    bundle = await TestEngine.open({ pipelines: [notes], simulator });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(20));
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'batch', what: 'status', value: 'invalid_json_line', times: 1 });

    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const { turnarounds, provider, batches } = bundle.engine;
    const { account } = provider;
    const reasons = (await Array.fromAsync(batches.ofRun('r'))).map(({ reason }) => reason);
    const turnaround = await turnarounds.turnaroundOf(account, 'text-embedding-3-small', '/v1/embeddings');
    expect(turnaround.count).toBe(reasons.filter((reason) => reason === 'completed').length);
    expect(turnaround.count).toBeGreaterThan(0);
    expect(reasons).toContain('failed');
    expect(turnaround.quantile(0.5)).toBeGreaterThanOrEqual(300);
    expect(turnaround.quantile(0.5)).toBeLessThan(330);
    expect(turnaround.toStart.quantile(1)).toBeLessThan(300);
  });
});

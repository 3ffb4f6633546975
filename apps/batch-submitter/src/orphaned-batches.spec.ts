import { afterEach, describe, expect, it } from '@jest/globals';
import type { Batch } from '@batchmill/records';
import { TestEngine, eventually, builtBatch } from '@batchmill/testing';
import { OrphanedBatches } from './orphaned-batches.js';
import { metadataOf } from './provider-batch-mark.js';

const installation = 'test-installation';

describe('a provider batch that no record holds', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  it('and whose key was given up is recorded with its batch and logged once, and its result files are deleted', async () => {
    bundle = await TestEngine.open({ pipelines: [] });
    const { batches, provider } = bundle.engine;
    const previousAttempts = [{ key: 'lost', providerBatchId: null }];
    await batches.insert({ ...recordOf('r.c1'), previousAttempts }).apply([]);
    const id = await createCompleted('r.c1.b1', 2);
    const sweep = () => OrphanedBatches.on(bundle.engine).handleAll();

    await sweep();
    await sweep();

    expect((await batches.get('r.c1.b1'))?.orphans).toMatchObject([{ providerBatchId: id, completed: 2 }]);
    const warnings = bundle.log.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ fields: { providerBatchId: id, batchId: 'r.c1.b1', requests: 2 } }]);
    const { outputFileId } = await provider.retrieveBatch(id);
    await expect(Array.fromAsync(provider.download(outputFileId!))).rejects.toMatchObject({ status: 404 });
  });

  it.each([
    ['no record of its batch', false],
    ['a record that does not know its key', true],
  ])('Y4: with %s is reported once and left alone', async (_, hasRecord) => {
    bundle = await TestEngine.open({ pipelines: [] });
    const { batches, provider } = bundle.engine;
    if (hasRecord) await batches.insert(recordOf('r.c1')).apply([]);
    const id = await createCompleted('r.c1.b1', 2);
    const orphanedBatches = OrphanedBatches.on(bundle.engine);

    await orphanedBatches.handleAll();
    await orphanedBatches.handleAll();

    const warnings = bundle.log.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ fields: { providerBatchId: id, batchId: 'r.c1.b1', status: 'completed' } }]);
    expect(await orphanedBatches.find()).toMatchObject([{ found: { id }, batchId: 'r.c1.b1', verdict: 'unknown' }]);
    const { outputFileId } = await provider.retrieveBatch(id);
    expect(await Array.fromAsync(provider.download(outputFileId!))).not.toEqual([]);
  });

  it('Y4: that is not settled is cancelled only if its key was given up', async () => {
    bundle = await TestEngine.open({
      pipelines: [],
      simulator: { turnaround: { kind: 'fixed', seconds: 36_000 }, speed: 1 },
    });
    const { batches, provider } = bundle.engine;
    const previousAttempts = [{ key: 'lost', providerBatchId: null }];
    await batches.insert({ ...recordOf('r.c1'), previousAttempts }).apply([]);
    await batches.insert(recordOf('r.c2')).apply([]);
    const givenUp = await create('r.c1.b1', 2);
    const unknown = await create('r.c2.b1', 2);

    await OrphanedBatches.on(bundle.engine).handleAll();

    expect((await provider.retrieveBatch(givenUp)).state).toMatch(/^cancell/);
    expect((await provider.retrieveBatch(unknown)).state).not.toMatch(/^cancell/);
    expect(await batches.get('r.c1.b1')).toMatchObject({ removed: [givenUp] });
  });

  it('Y4: that cannot be cancelled is logged, the others are cancelled, and the next sweep tries it again', async () => {
    bundle = await TestEngine.open({
      pipelines: [],
      simulator: { turnaround: { kind: 'fixed', seconds: 36_000 }, speed: 1, cancellingSeconds: 36_000 },
    });
    const { batches, provider } = bundle.engine;
    const previousAttempts = [{ key: 'lost', providerBatchId: null }];
    await batches.insert({ ...recordOf('r.c1'), previousAttempts }).apply([]);
    const first = await create('r.c1.b1', 1);
    const others = [await create('r.c1.b1', 1), await create('r.c1.b1', 1)];
    const ids = [first, ...others];
    const states = () => Promise.all(ids.map(async (id) => (await provider.retrieveBatch(id)).state));
    const orphanedBatches = OrphanedBatches.on(bundle.engine);
    await bundle.injectFaults({ on: 'batches.cancel', what: 'status', value: 400, match: others[1]! });

    await orphanedBatches.handleAll();

    expect((await states()).map((state) => state === 'cancelling')).toEqual([true, true, false]);
    const warnings = () => bundle.log.lines.filter(({ message }) => message.startsWith('could not cancel'));
    expect(warnings()).toMatchObject([{ level: 'warn', fields: { providerBatchId: others[1], batchId: 'r.c1.b1' } }]);
    await bundle.injectFaults();
    await orphanedBatches.handleAll();
    expect(await states()).toEqual(['cancelling', 'cancelling', 'cancelling']);
  });

  it('of another installation is left alone', async () => {
    bundle = await TestEngine.open({ pipelines: [] });
    const { provider } = bundle.engine;
    const id = await createCompleted('r.c1.b1', 1, 'another-installation');

    await OrphanedBatches.on(bundle.engine).handleAll();

    expect(bundle.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    const { outputFileId } = await provider.retrieveBatch(id);
    expect(await Array.fromAsync(provider.download(outputFileId!))).not.toEqual([]);
  });

  /** Creates a provider batch and waits until it is completed. Returns its id. */
  async function createCompleted(batchId: string, requests: number, owner = installation): Promise<string> {
    const id = await create(batchId, requests, owner);
    const { provider } = bundle.engine;
    await eventually('it is completed', async () => (await provider.retrieveBatch(id)).state === 'completed');
    return id;
  }

  async function create(batchId: string, requests: number, owner = installation): Promise<string> {
    const { provider, clock } = bundle.engine;
    const lines = Array.from({ length: requests }, (_, index) =>
      JSON.stringify({
        custom_id: `embeddings_${index}`,
        method: 'POST',
        url: '/v1/embeddings',
        body: { model: 'text-embedding-3-small', input: `text ${index}` },
      }),
    );
    const content = Buffer.from(`${lines.join('\n')}\n`);
    async function* open(): AsyncGenerator<Uint8Array> {
      yield content;
    }
    const { id: inputFileId } = await provider.uploadFile({ name: 'orphan.jsonl', bytes: content.length, open });
    const { id } = await provider.createBatch({
      inputFileId,
      endpoint: '/v1/embeddings',
      completionWindow: '24h',
      metadata: metadataOf({ key: 'lost', batchId, installation: owner, traceparent: null }),
      deadline: new Date(clock.now().getTime() + 10_000),
    });
    return id;
  }

  function recordOf(claimId: string): Batch {
    return bundle.engine.batches.new({ ...builtBatch, claimId, documents: 2, requests: 2 });
  }
});

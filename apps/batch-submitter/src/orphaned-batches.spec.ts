import { afterEach, describe, expect, it } from '@jest/globals';
import type { Batch } from '@batchmill/records';
import { TestEngine, eventually } from '@batchmill/testing';
import { metadataOf } from './metadata.js';
import { OrphanedBatches } from './orphaned-batches.js';

const installation = 'test-installation';

describe('a provider batch that no record holds', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  it('that was completed before anybody saw it is booked with its record, told once, and its files are deleted', async () => {
    bundle = await TestEngine.open({ pipelines: [] });
    const { batches, provider, log } = bundle.engine;
    await batches.insertion(recordOf('r.c1')).apply([]);
    const id = await createdFor('r.c1.b1', 2);
    const sweep = () => new OrphanedBatches(batches, provider, installation, log).settleAll();

    await sweep();
    await sweep();

    expect((await batches.get('r.c1.b1'))?.orphans).toMatchObject([{ providerBatchId: id, completed: 2 }]);
    const told = bundle.log.lines.filter(({ level }) => level === 'warn');
    expect(told).toMatchObject([{ fields: { providerBatchId: id, batchId: 'r.c1.b1', requests: 2 } }]);
    const { outputFileId } = await provider.retrieveBatch(id);
    await expect(Array.fromAsync(provider.download(outputFileId!))).rejects.toMatchObject({ status: 404 });
  });

  it('of another installation is left alone', async () => {
    bundle = await TestEngine.open({ pipelines: [] });
    const { batches, provider, log } = bundle.engine;
    const id = await createdFor('r.c1.b1', 1, 'somebody-else');

    await new OrphanedBatches(batches, provider, installation, log).settleAll();

    expect(bundle.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    const { outputFileId } = await provider.retrieveBatch(id);
    expect(await Array.fromAsync(provider.download(outputFileId!))).not.toEqual([]);
  });

  /** A batch at the provider that has run to its end; its id is the answer. */
  async function createdFor(batchId: string, requests: number, owner = installation): Promise<string> {
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
    const { id: inputFileId } = await provider.uploadFile({ name: 'stray.jsonl', bytes: content.length, open });
    const { id } = await provider.createBatch({
      inputFileId,
      endpoint: '/v1/embeddings',
      completionWindow: '24h',
      metadata: metadataOf({ key: 'lost', batchId, installation: owner, traceparent: null }),
      deadline: new Date(clock.now().getTime() + 10_000),
    });
    await eventually('its end', async () => (await provider.retrieveBatch(id)).state === 'completed');
    return id;
  }

  function recordOf(claimId: string): Batch {
    return bundle.engine.batches.new({
      runId: 'r',
      claimId,
      pipeline: 'notes',
      number: 1,
      positionAfter: { model: 0, member: 2 },
      last: true,
      file: 'file.jsonl',
      fileBytes: 100,
      manifest: 'manifest',
      url: '/v1/embeddings',
      model: 'text-embedding-3-small',
      documents: 2,
      requests: 2,
      unrendered: 0,
      inputTokens: 6,
      completionWindow: '24h',
      traceparent: null,
    });
  }
});

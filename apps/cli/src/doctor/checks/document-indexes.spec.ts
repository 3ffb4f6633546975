import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chat, definePipeline, planRun } from '@batchmill/pipeline';
import { scanIndexes } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { KnownPipelines } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckContext } from '../check.js';
import type { Finding } from '../finding.js';
import { documentIndexesCheck } from './document-indexes.js';

const pipelines = new KnownPipelines([
  definePipeline({
    name: 'notes',
    source: { collection: 'notes' },
    inference: { functions: [chat({ name: 'summary', user: '{{ text }}' })] },
  }),
]);

describe('the check of the indexes of documents', () => {
  let folder: string;
  let store: EmbeddedStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-check-'));
    store = EmbeddedStore.open({ file: join(folder, 'state.db'), synchronous: 'NORMAL' });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function insert(from: number, to: number): Promise<void> {
    for (let first = from; first < to; first += 5_000) {
      await store.collection('notes').insertMany(Array.from({ length: 5_000 }, (_, index) => ({ _id: first + index })));
    }
  }

  async function check(): Promise<readonly Finding[]> {
    const context = {
      ports: { documentStore: () => Promise.resolve(store) },
      pipelines: () => Promise.resolve({ pipelines, problems: [] }),
    };
    return documentIndexesCheck.run(context as unknown as CheckContext, new AbortController().signal); // it uses no more
  }

  it('Y1: warns of a missing index from a hundred thousand documents on, names the command, and is content once it is there', async () => {
    await insert(0, 95_000);
    expect(await check()).toEqual([]);

    await insert(95_000, 100_000);
    expect(await check()).toEqual([
      {
        level: 'warning',
        text: 'indexes of collection notes, which has 100,000 documents',
        reason:
          'every run reads the whole collection to find what is pending; missing: an index on ai_status, _id; on ai_status, processing_info.functions.summary.state',
        remedy: 'batchmill indexes --create',
      },
    ]);

    for (const { keys, where } of scanIndexes(planRun(pipelines.get('notes'), { endpoint: 'inference' }))) {
      await store.collection('notes').ensureIndex({ keys, ...(where !== undefined && { where }) });
    }
    expect(await check()).toMatchObject([{ level: 'ok' }]);
  });
});

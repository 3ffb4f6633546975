import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fields } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { loadDocuments, type Loaded } from './load-documents.js';

describe('loadDocuments', () => {
  let store: EmbeddedStore;
  beforeEach(() => {
    store = EmbeddedStore.open({ file: ':memory:' });
  });
  afterEach(() => store.close());

  it('two loads of the same documents at the same time store each document once', async () => {
    const collection = store.collection('c');
    const load = async (): Promise<Loaded> => {
      let last: Loaded = { added: 0, existing: 0 };
      await loadDocuments(collection, documents(1200), 'keep', (loaded) => (last = loaded));
      return last;
    };

    const both = await Promise.all([load(), load()]);

    expect(both.map(({ added, existing }) => added + existing)).toEqual([1200, 1200]);
    expect(await collection.count({})).toBe(1200);
  });

  it('documents that were read before the source fails are stored', async () => {
    const collection = store.collection('c');

    await expect(loadDocuments(collection, failing(), 'keep', () => undefined)).rejects.toThrow(
      'the third cannot be read',
    );

    expect(await collection.count({})).toBe(2);
  });
});

async function* documents(count: number): AsyncGenerator<Fields> {
  for (let _id = 0; _id < count; _id += 1) yield await Promise.resolve({ _id });
}

async function* failing(): AsyncGenerator<Fields> {
  yield* documents(2);
  throw new Error('the third cannot be read');
}

import type { Store } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

/** Batchmill's state and the users' documents: the same store, unless the settings name another database for documents. */
export async function openStores({ installation: { home }, adapters, documents }: Settings): Promise<{
  store: Store;
  documentStore: Store;
}> {
  const isMongo = adapters.store.scheme !== 'embedded';
  const store = isMongo ? await openMongo(adapters.store.url) : EmbeddedStore.open({ file: join(home, 'state.db') });
  const url = documents.url ?? (isMongo && documents.database !== null ? adapters.store.url : null);
  return { store, documentStore: url === null ? store : await openMongo(url, documents.database) };
}

async function openMongo(url: string, database: string | null = null): Promise<Store> {
  const { MongoStore } = await import('@batchmill/store/mongo');
  return MongoStore.open({ url, ...(database !== null && { database }) });
}

import type { Store } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

/**
 * Batchmill's state and the users' documents: the same store, unless the settings name another database for documents. When
 * that one is refused, the other is closed again.
 */
export async function openStores({ installation: { home }, adapters, documents }: Settings): Promise<{
  store: Store;
  documentStore: Store;
}> {
  const isMongo = adapters.store.scheme !== 'embedded';
  const store = isMongo ? await openMongo(adapters.store.url) : EmbeddedStore.open({ file: join(home, 'state.db') });
  const url = documents.url ?? (isMongo && documents.database !== null ? adapters.store.url : null);
  if (url === null) return { store, documentStore: store };
  try {
    return { store, documentStore: await openMongo(url, documents.database) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openMongo(url: string, database: string | null = null): Promise<Store> {
  const { MongoStore } = await import('@batchmill/store/mongo');
  return MongoStore.open({ url, ...(database !== null && { database }) });
}

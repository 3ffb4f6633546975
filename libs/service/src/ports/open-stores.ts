import type { Store } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

/**
 * Batchmill's state and the users' documents: the same store, unless the settings name another database for documents. When
 * that one is refused, the other is closed again.
 */
export async function openStores(settings: Settings): Promise<{
  store: Store;
  documentStore: Store;
}> {
  const store = await openState(settings);
  const other = documentsOf(settings);
  if (other === null) return { store, documentStore: store };
  try {
    return { store, documentStore: await openMongo(other.url, other.database) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** The state alone. */
export async function openState({ installation: { home }, adapters }: Settings): Promise<Store> {
  if (adapters.store.scheme !== 'embedded') return openMongo(adapters.store.url);
  return EmbeddedStore.open({ file: join(home, 'state.db') });
}

/** The database of the documents; null: they are in the store of the state. */
export function documentsOf({
  adapters: { store },
  documents: { url, database },
}: Settings): { readonly url: string; readonly database: string | null } | null {
  if (url !== null) return { url, database };
  return store.scheme !== 'embedded' && database !== null ? { url: store.url, database } : null;
}

/** Throws a ValidationError for a URL that is invalid or names no database. */
export async function openMongo(url: string, database: string | null = null): Promise<Store> {
  const { MongoStore } = await import('@batchmill/store/mongo');
  return MongoStore.open({ url, ...(database !== null && { database }) });
}

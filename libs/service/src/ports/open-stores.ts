import type { Store } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { MongoStore } from '@batchmill/store/mongo';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

/** Our own state, and the users' documents: the same store, unless the settings say where else the documents are. */
export function openStores({ installation: { home }, adapters, documents }: Settings): {
  store: Store;
  documentStore: Store;
} {
  const isMongo = adapters.store.scheme !== 'embedded';
  const store = isMongo
    ? MongoStore.open({ url: adapters.store.url })
    : EmbeddedStore.open({ file: join(home, 'state.db') });
  const url = documents.url ?? (isMongo && documents.database !== null ? adapters.store.url : null);
  if (url === null) return { store, documentStore: store };
  const { database } = documents;
  return { store, documentStore: MongoStore.open({ url, ...(database !== null && { database }) }) };
}

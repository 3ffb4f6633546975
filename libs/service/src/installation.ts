import type { Ids } from '@batchmill/contracts';
import { DuplicateKeyError, type Store } from '@batchmill/store';

/** The installation's random id. It is created once and kept in the store, because two installations may share an API key. */
export async function installationIdOf(store: Store, ids: Ids): Promise<string> {
  const installations = store.collection<{ _id: string; installation: string }>('installation');
  const existing = await installations.findOne({ _id: 'this' });
  if (existing !== null) return existing.installation;
  try {
    await installations.insertOne({ _id: 'this', installation: ids.next() });
  } catch (error) {
    if (!(error instanceof DuplicateKeyError)) throw error;
  }
  const created = await installations.findOne({ _id: 'this' });
  if (created === null) throw new Error('the id of the installation was inserted, and the store does not return it');
  return created.installation;
}

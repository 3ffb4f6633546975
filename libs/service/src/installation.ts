import type { Ids } from '@batchmill/contracts';
import { DuplicateKeyError, type Store } from '@batchmill/store';

/** This installation's random id, made once and kept with its state: two installations may share one key. */
export async function installationOf(store: Store, ids: Ids): Promise<string> {
  const installations = store.collection<{ _id: string; installation: string }>('installation');
  const known = await installations.findOne({ _id: 'this' });
  if (known !== null) return known.installation;
  try {
    await installations.insertOne({ _id: 'this', installation: ids.next() });
  } catch (error) {
    if (!(error instanceof DuplicateKeyError)) throw error;
  }
  const made = await installations.findOne({ _id: 'this' });
  if (made === null) throw new Error('The installation’s id was written and is not there.');
  return made.installation;
}

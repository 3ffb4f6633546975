import type { Db } from 'mongodb';
import type { StoreServer } from '../store.js';
import { orNull } from './mongo-place.js';

/** The version and the clock of the server, as far as the user may ask for them. */
export async function describeMongoServer(database: Db): Promise<Pick<StoreServer, 'version' | 'time'>> {
  const build = await orNull(() => database.command({ buildInfo: 1 }));
  const hello = await orNull(() => database.command({ hello: 1 }));
  const version: unknown = build?.['version'];
  const time: unknown = hello?.['localTime'];
  return { version: typeof version === 'string' ? version : null, time: time instanceof Date ? time : null };
}

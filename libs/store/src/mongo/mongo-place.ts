import { Binary, MongoServerError, type Db } from 'mongodb';

/** Unauthorized, CommandNotFound: the user may not ask, or the server is one of another maker. */
const unanswerable: readonly (number | string | undefined)[] = [13, 59];

/**
 * The UUID that the server gave the collection when it was created. It is the same on every member of a replica set and
 * after a failover. mongorestore creates collections with others. Null: this server gives none.
 */
export async function collectionUuid(database: Db, collection: string): Promise<string | null> {
  return orNull(async () => {
    const [found] = await database.listCollections({ name: collection }).toArray();
    const info: unknown = found !== undefined && 'info' in found ? found.info : undefined;
    const uuid = typeof info === 'object' && info !== null && 'uuid' in info ? info.uuid : undefined;
    return uuid instanceof Binary ? Buffer.from(uuid.buffer).toString('hex') : null;
  });
}

/** As the members name each other; empty for a single server. */
export async function replicaSetMembers(database: Db): Promise<readonly string[]> {
  const hello = await orNull(() => database.command({ hello: 1 }));
  const hosts: unknown = hello?.['hosts'];
  return Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [];
}

async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MongoServerError && unanswerable.includes(error.code)) return null;
    throw error;
  }
}

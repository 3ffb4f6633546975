import { Binary, MongoServerError, type Db } from 'mongodb';

/** Unauthorized, CommandNotFound: the user may not ask, or the server is one of another maker. */
const unanswerable: readonly (number | string | undefined)[] = [13, 59];

/**
 * The UUID that the server gave each collection when it was created, as `<collection>Uuid`. It is the same on every member of
 * a replica set and after a failover. mongorestore creates collections with others, except with `--preserveUUID`.
 * A server that gives none: empty.
 */
export async function collectionUuids(
  database: Db,
  collections: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const found = await orNull(() => database.listCollections({ name: { $in: collections } }).toArray());
  const uuids: Record<string, string> = {};
  for (const collection of found ?? []) {
    const uuid = uuidIn(collection);
    // Some servers that speak MongoDB's protocol ignore the filter.
    if (uuid !== null && collections.includes(collection.name)) uuids[`${collection.name}Uuid`] = uuid;
  }
  return uuids;
}

function uuidIn(collection: object): string | null {
  const info: unknown = 'info' in collection ? collection.info : undefined;
  const uuid = typeof info === 'object' && info !== null && 'uuid' in info ? info.uuid : undefined;
  return uuid instanceof Binary ? Buffer.from(uuid.buffer).toString('hex') : null;
}

/** As the members name each other; empty for a single server. */
export async function replicaSetMembers(database: Db): Promise<readonly string[]> {
  const hello = await orNull(() => database.command({ hello: 1 }));
  const hosts: unknown = hello?.['hosts'];
  return Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [];
}

/** Null when the user may not ask, or the server does not know the command. */
export async function orNull<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof MongoServerError && unanswerable.includes(error.code)) return null;
    throw error;
  }
}

/** A stored document: fields of BSON's types (strings, numbers, booleans, null, dates, ObjectId, binary, arrays, objects). */
export type Fields = Record<string, unknown>;

/**
 * MongoDB's query language, classic operators only (no $where, no $expr, no text or geo search). An undefined condition
 * is refused (`store.filter-refused`): MongoDB's driver would drop it, and the filter would match everything.
 */
export type Filter = Readonly<Record<string, unknown>>;

/**
 * MongoDB's update operators ($set, $unset, $inc, $min, $max, $mul, $push, $pull, $addToSet, $rename, $setOnInsert …), no
 * positional paths. Undefined fields are left out.
 */
export type Update = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type Sort = Readonly<Record<string, 1 | -1>>;

/** 1 keeps the named fields and `_id`, 0 drops the named fields. Dotted paths reach into objects. */
export type Projection = Readonly<Record<string, 0 | 1>>;

export interface FindOptions {
  readonly sort?: Sort;
  /** At least 1. */
  readonly limit?: number;
  readonly projection?: Projection;
  /** True: numbers are Int32, Long and Double, as they are stored, so that inserting the document again stores the same bytes. */
  readonly exactTypes?: boolean;
}

export interface Durability {
  /**
   * False: a power failure may undo the write in an embedded store, together with everything written after it. The end of
   * a process undoes nothing. Use it for writes that are not missed then, such as a lease. Default true. A store on its
   * own servers ignores it, because the servers may fail while the clients live.
   */
  readonly durable?: boolean;
}

export interface UpdateCounts {
  readonly matched: number;
  readonly modified: number;
  /** True when an upsert created the document. */
  readonly inserted: boolean;
}

export interface BulkUpdate {
  readonly filter: Filter;
  readonly update: Update;
  /** True: a document that does not exist is created, as by `updateOne`. It counts as neither matched nor modified. */
  readonly upsert?: boolean;
}

export interface BulkCounts {
  /** Where writes were refused, it may be less than were matched. The same of `modified`. */
  readonly matched: number;
  readonly modified: number;
  /** The writes that the store refused, by their index in the bulk. All others were executed. */
  readonly refused: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}

export interface IndexKeys {
  readonly keys: Readonly<Record<string, 1 | -1>>;
  readonly unique?: boolean;
  /** Only documents with an object in these fields are in the index, so that it serves filters that ask for that. */
  readonly where?: Readonly<Record<string, { readonly $type: 'object' }>>;
}

/**
 * One collection. Every write is atomic for each single document, and durable when its promise resolves.
 * Every method rejects with a ConnectionError while the store is unavailable.
 */
export abstract class Collection<T extends Fields = Fields> {
  /**
   * Streams the matching documents, without a transaction: documents written meanwhile may be seen in either state, but each
   * document is a consistent whole. Leaving the loop early frees the cursor.
   */
  abstract find(filter: Filter, finding?: FindOptions): AsyncIterable<T>;

  abstract findOne(filter: Filter, finding?: Omit<FindOptions, 'limit' | 'exactTypes'>): Promise<T | null>;

  /**
   * Rejects with a DuplicateKeyError when a document of that `_id`, or of a unique index's key, exists, and with a
   * ProcessingError `store.insert-refused` when it cannot be stored. A document without `_id` gets an ObjectId.
   */
  abstract insertOne(document: T): Promise<void>;

  /** Inserts all in order. Rejects at the first that exists already; the ones before it stay. */
  abstract insertMany(documents: readonly T[]): Promise<void>;

  /**
   * Replaces the stored documents of the same `_id` as wholes, in order, and returns how many there were. One that is not stored is not
   * inserted. Rejects with a ProcessingError `store.update-refused` at the first that cannot be stored; the ones before it are replaced.
   */
  abstract replaceMany(documents: readonly T[]): Promise<number>;

  /**
   * Rejects with a ProcessingError `store.update-refused` when the update cannot be applied to the document: a push to a
   * text, a path through a scalar, another `_id`, a document over 16 MB. So do the other updates. `modified` is 0 when
   * nothing changed.
   */
  abstract updateOne(
    filter: Filter,
    update: Update,
    options?: { readonly upsert?: boolean } & Durability,
  ): Promise<UpdateCounts>;

  /** Not atomic across documents: those before a refused one stay updated. */
  abstract updateMany(filter: Filter, update: Update): Promise<UpdateCounts>;

  /** Updates one document per entry, in any order. One refused write does not stop the others. */
  abstract bulk(updates: readonly BulkUpdate[]): Promise<BulkCounts>;

  /** One atomic find and update. Returns the document after it, or null when nothing matched. */
  abstract findOneAndUpdate(
    filter: Filter,
    update: Update,
    options?: { readonly sort?: Sort } & Durability,
  ): Promise<T | null>;

  abstract count(filter: Filter): Promise<number>;

  /** How many documents there are, by what the store keeps of it: at once, and perhaps not exact after a crash. */
  abstract size(): Promise<number>;

  abstract deleteMany(filter: Filter): Promise<number>;

  /** Creates the index if it is missing. In a collection of the user only where a command asks for it. */
  abstract ensureIndex(index: IndexKeys): Promise<void>;

  /** False: `ensureIndex` would create it. Changes nothing. Rejects with a ProcessingError `store.index-conflict` as `ensureIndex` does. */
  abstract hasIndex(index: IndexKeys): Promise<boolean>;

  /** The indexes that hold every document, or every one that meets `where`. Empty for a collection that does not exist. */
  abstract indexes(): Promise<readonly IndexKeys[]>;
}

/** What a user may be allowed to do with the documents of a collection. */
export const storeRights = ['read', 'insert', 'update', 'delete', 'create-index'] as const;
export type StoreRight = (typeof storeRights)[number];

export interface NeededRight {
  readonly right: StoreRight;
  /** Null: in every collection of the database, also in those that do not exist yet. */
  readonly collection: string | null;
}

/** What the server of a store tells of itself. */
export interface StoreServer {
  /** The database, and its server without secrets, or the file. */
  readonly name: string;
  /** Null: it has none of its own, or does not tell it. */
  readonly version: string | null;
  /** Its clock; null: it has none of its own, or does not tell it. */
  readonly time: Date | null;
}

/**
 * Where a collection really is. It does not travel with a copy: a file that was copied or restored, and a dump that was
 * loaded into another database or server, is at another place. It stays over restarts, over a failover, and when a folder
 * is moved on its file system.
 */
export interface Place {
  /** For people: the file, or the database. */
  readonly name: string;
  /** What the file system or the server gives, by its name. What they do not give is missing. */
  readonly identity: Readonly<Record<string, string>>;
  /** The members of a replica set; empty for a single server and for a file. */
  readonly servers: readonly string[];
}

/**
 * What is missing on one side is not compared, but something must be the same. Of the members of a replica set one must be
 * the same: they are replaced one by one.
 */
export function isSamePlace(one: Place, other: Place): boolean {
  const known = Object.keys(one.identity).filter((name) => name in other.identity);
  if (known.length === 0 || known.some((name) => one.identity[name] !== other.identity[name])) return false;
  const areServersKnown = one.servers.length > 0 && other.servers.length > 0;
  return !areServersKnown || one.servers.some((server) => other.servers.includes(server));
}

/** Collections by name. A collection exists from its first document on. */
export abstract class Store {
  abstract collection<T extends Fields = Fields>(name: string): Collection<T>;

  /** Names of the non-empty collections, sorted. */
  abstract collectionNames(): Promise<string[]>;

  /** The place of these collections. Those that do not exist count for nothing. */
  abstract placeOf(collections: readonly string[]): Promise<Place>;

  /** Changes nothing. */
  abstract describeServer(): Promise<StoreServer>;

  /** Those of the rights that the user lacks. Null: the store has no users, or does not tell their rights. Changes nothing. */
  abstract missingRights(needed: readonly NeededRight[]): Promise<readonly NeededRight[] | null>;

  /**
   * Gives back the room of what was deleted, so that no file of ours holds it any more. It takes as long as rewriting the files. A
   * server of its own does so by itself, so that nothing happens there. False: others were reading meanwhile, so that a file may still hold it.
   */
  compact(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Resolves when the store answers; rejects with a ConnectionError while it is unavailable. */
  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

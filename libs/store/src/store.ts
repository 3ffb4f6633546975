/** A stored document: fields of BSON's types (strings, numbers, booleans, null, dates, ObjectId, binary, arrays, objects). */
export type Fields = Record<string, unknown>;

/**
 * MongoDB's query language, classic operators only (no $where, no $expr, no text or geo search). An undefined condition
 * is refused (`store.filter-refused`): MongoDB's driver would drop it, and the filter would match everything.
 */
export type Filter = Readonly<Record<string, unknown>>;

/**
 * MongoDB's update operators ($set, $unset, $inc, $min, $max, $mul, $push, $pull, $addToSet, $rename, $setOnInsert …), no
 * positional paths. Fields that are undefined are left out.
 */
export type Update = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type Sort = Readonly<Record<string, 1 | -1>>;

/** 1 keeps the named fields and `_id`, 0 drops the named ones. Dotted paths reach into objects. */
export type Projection = Readonly<Record<string, 0 | 1>>;

export interface FindOptions {
  readonly sort?: Sort;
  /** At least 1. */
  readonly limit?: number;
  readonly projection?: Projection;
}

export interface Durability {
  /**
   * False: when the machine of an embedded store loses power, the write may be undone together with all that came after
   * it; the end of a process undoes nothing. For what nobody misses then, such as a lease. By default true. A store on
   * servers of its own takes every write for a durable one: they may fall while its clients live.
   */
  readonly durable?: boolean;
}

export interface UpdateCounts {
  readonly matched: number;
  readonly modified: number;
  /** True when an upsert made the document. */
  readonly inserted: boolean;
}

export interface BulkUpdate {
  readonly filter: Filter;
  readonly update: Update;
}

export interface BulkCounts {
  readonly matched: number;
  readonly modified: number;
  /** The writes that the store refused, by their place in the bulk. All others were carried out. */
  readonly refused: readonly { readonly index: number; readonly code: string; readonly message: string }[];
}

export interface IndexKeys {
  readonly keys: Readonly<Record<string, 1 | -1>>;
  readonly unique?: boolean;
}

/**
 * One collection. Every write is atomic for each single document, and durable when its promise resolves.
 * A store that is away makes every method reject with a ConnectionError.
 */
export abstract class Collection<T extends Fields = Fields> {
  /**
   * Streams what matches. It holds no transaction: documents written meanwhile may be seen in either state, but each
   * document is a consistent whole. Leaving the loop early frees the cursor.
   */
  abstract find(filter: Filter, finding?: FindOptions): AsyncIterable<T>;

  abstract findOne(filter: Filter, finding?: Omit<FindOptions, 'limit'>): Promise<T | null>;

  /**
   * Rejects with a DuplicateKeyError when a document of that `_id`, or of a unique index's key, exists, and with a
   * ProcessingError `store.insert-refused` when it cannot be stored. A document without `_id` gets an ObjectId.
   */
  abstract insertOne(document: T): Promise<void>;

  /** Inserts all, in order. Rejects at the first that exists already; those before it stay. */
  abstract insertMany(documents: readonly T[]): Promise<void>;

  /**
   * Rejects with a ProcessingError `store.update-refused` when the update cannot be done to the document: a push to a
   * text, a path through a scalar, another `_id`, a document over 16 MB. So do the other updates. `modified` is 0 when
   * nothing changed.
   */
  abstract updateOne(
    filter: Filter,
    update: Update,
    options?: { readonly upsert?: boolean } & Durability,
  ): Promise<UpdateCounts>;

  /** Not atomic over documents: those before a refused one stay updated. */
  abstract updateMany(filter: Filter, update: Update): Promise<UpdateCounts>;

  /** Updates one document per entry, in any order. One refused write does not stop the others. */
  abstract bulk(updates: readonly BulkUpdate[]): Promise<BulkCounts>;

  /** One atomic find and update; what is returned is the document after it, or null when nothing matched. */
  abstract findOneAndUpdate(
    filter: Filter,
    update: Update,
    options?: { readonly sort?: Sort } & Durability,
  ): Promise<T | null>;

  abstract count(filter: Filter): Promise<number>;

  abstract deleteMany(filter: Filter): Promise<number>;

  /** Makes the index when it is missing. Only ever called for Batchmill's own collections. */
  abstract ensureIndex(index: IndexKeys): Promise<void>;
}

/** Collections by name. A collection exists from its first document on. */
export abstract class Store {
  abstract collection<T extends Fields = Fields>(name: string): Collection<T>;

  /** Names of the collections that hold something, sorted. */
  abstract collectionNames(): Promise<string[]>;

  /** Resolves when the store answers; rejects with a ConnectionError when it is away. */
  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

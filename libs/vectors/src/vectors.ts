import type { RowCondition, RowValue } from './row-condition.js';

/** integer: of 64 bits, a bigint. number: finite, of 64 bits. */
export type RowValueType = 'integer' | 'number' | 'boolean';

export interface VectorRow {
  /** Upserting a key again replaces its row. */
  readonly key: string;
  /** A text, not empty, for each field of the collection and for no other field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Further texts, for fields that the collection may lack: those that it lacks are left out. */
  readonly optional?: Readonly<Record<string, string>>;
  /** A value for each value field of the collection and for no other field. */
  readonly values?: Readonly<Record<string, RowValue>>;
  readonly vector: Float32Array;
}

/** What a row is to have from now on, beside its vector. What is left out stays. */
export interface RowUpdate {
  readonly key: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, RowValue>>;
}

/** A row without its vector. */
export interface VectorEntry {
  readonly key: string;
  /** Every text field of the collection. */
  readonly fields: Readonly<Record<string, string>>;
  /** Every value field of the collection. Missing: it has none. */
  readonly values?: Readonly<Record<string, RowValue>>;
}

export interface VectorHit extends VectorEntry {
  /** Cosine similarity: 1 for the same direction, 0 for a right angle, -1 for the opposite direction. */
  readonly similarity: number;
}

export interface VectorCollection {
  /** `^[A-Za-z_]\w{0,254}$` */
  readonly name: string;
  readonly dimensions: number;
  /**
   * The model of the vectors, which a new collection remembers: vectors of two models cannot be compared. Missing of an existing one: it
   * remembers none, because an earlier version or another program has made it.
   */
  readonly model?: string;
  /** The names of the text fields, in the order in which they are created: `^[a-z][a-z0-9_]{0,62}$`. */
  readonly fields: readonly string[];
  /** Further text fields. They are created with a new collection; one that exists may lack them. */
  readonly optionalFields?: readonly string[];
  /** The field by whose texts vectors are found. Without an index on it that takes longer. */
  readonly indexedField?: string;
  /** Fields of other types, by their names. Those of an existing collection are neither more nor fewer. */
  readonly valueFields?: Readonly<Record<string, RowValueType>>;
  /**
   * The field by whose values the collection is partitioned: one of `fields`, or an integer. A search with a condition on it reads only the
   * rows of these values. An existing collection must be partitioned by this field, or, if it is missing, by none.
   */
  readonly partitionField?: string;
  /**
   * How many bytes of UTF-8 a text field, an optional field, or `key`, must be able to hold, by its name: 1 to 65,535. A new collection has
   * fields that hold just these, or 1,024; its key and its optional fields hold 1,024. Of an existing collection: how many they hold;
   * without a number there is no limit.
   */
  readonly textBytes?: Readonly<Record<string, number>>;
}

/** Which rows' vectors are wanted: those that have one of these texts in a field, and in further fields the texts of `where`. */
export interface VectorQuery {
  readonly field: string;
  /** Short ones, such as hashes. */
  readonly texts: readonly string[];
  readonly where: Readonly<Record<string, string>>;
}

/** What the server of a vector store tells of itself. */
export interface VectorsServer {
  /** The server without secrets, or the file. */
  readonly name: string;
  /** Null: it has none of its own, or does not tell it. */
  readonly version: string | null;
  /** False: Batchmill is not made for a server of that version. Null: that is not known. */
  readonly isSupported: boolean | null;
}

/** Vectors by key, with cosine search. While the store is unavailable, every method rejects with a ConnectionError. */
export abstract class Vectors {
  /**
   * Creates the collection if it is missing. Rejects with a ValidationError: `vectors.other-dimensions`, `vectors.other-model` or
   * `vectors.other-fields` when it exists with other dimensions, remembers another model, has other fields (their order does not matter) or is
   * partitioned by another field, `vectors.bad-name` when some store would refuse the name of the collection or of a field,
   * `vectors.bad-field` when it cannot have such a field or be partitioned by it.
   */
  abstract ensureCollection(collection: VectorCollection): Promise<void>;

  /** False: `ensureCollection` would create it. Creates and loads nothing. Rejects as `ensureCollection` does. */
  abstract hasCollection(collection: VectorCollection): Promise<boolean>;

  /** Changes nothing. */
  abstract describeServer(): Promise<VectorsServer>;

  /**
   * Inserts or replaces by key. The rows are durable when it resolves. Of several rows with one key, the last is stored.
   * Rejects with a ValidationError `vectors.bad-row` before anything is written when a row has other dimensions, a number
   * that is not finite, an empty key, or a missing, empty or unknown field.
   */
  abstract upsert(collection: string, rows: readonly VectorRow[]): Promise<void>;

  /**
   * Returns the `limit` nearest rows, best first, of those that meet the condition. Sees every earlier write. Unknown collection:
   * ValidationError. A condition that names no field of the collection, or compares with a value of another type: `vectors.bad-condition`.
   */
  abstract search(collection: string, vector: Float32Array, limit: number, where?: RowCondition): Promise<VectorHit[]>;

  /**
   * Every row that is there from the beginning to the end, once, in no order that counts. Rows that are written or deleted meanwhile may
   * be there or not. Unknown collection: none.
   */
  abstract entries(collection: string): AsyncIterable<VectorEntry>;

  /** The rows with these keys, by key. Sees every earlier write. Keys that have no row are left out. Unknown collection: none. */
  abstract find(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, VectorEntry>>;

  /**
   * A vector for each of the texts, of any one of the rows that have it. Sees every earlier write. Texts of no such row are left out.
   * Unknown collection or field: none.
   */
  abstract findVectors(collection: string, query: VectorQuery): Promise<ReadonlyMap<string, Float32Array>>;

  /** Deletes the rows with these keys, durably. Those that have no row are ignored. Unknown collection: nothing is deleted. */
  abstract delete(collection: string, keys: readonly string[]): Promise<void>;

  /** The exact number of rows. Unknown collection: 0. */
  abstract count(collection: string): Promise<number>;

  /**
   * Gives back the room of what was deleted, so that no file of ours holds it any more. It takes as long as rewriting the files. A
   * server of its own does so by itself, so that nothing happens there. False: others were reading meanwhile, so that a file may still hold it.
   */
  compact(): Promise<boolean> {
    return Promise.resolve(true);
  }

  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
  /**
   * Changes fields of rows and keeps their vectors. The changes are durable when it resolves. Keys that have no row are ignored. Rejects
   * with a ValidationError `vectors.bad-row` before anything is written, as `upsert` does. Unknown collection: nothing is changed. A
   * store that cannot change a part of a row writes all of it: a vector that others upsert meanwhile may be replaced by the earlier
   * one, together with the fields that it had.
   */
  abstract updateFields(collection: string, updates: readonly RowUpdate[]): Promise<void>;

  /** A collection as it is, with the model that it remembers; null: there is none of that name. */
  abstract describe(collection: string): Promise<VectorCollection | null>;

  /**
   * The collection to which an alias points; null: there is no such alias. Aliases are for readers that are not to know which collection is
   * the present one. The other methods take the names of collections.
   */
  abstract collectionOf(alias: string): Promise<VectorCollection | null>;

  /**
   * Points an alias to a collection, in one step, wherever it pointed before. Rejects with a ValidationError: `vectors.bad-name` when some
   * store would refuse the alias, or a collection has this name, `vectors.unknown-collection`.
   */
  abstract setAlias(alias: string, collection: string): Promise<void>;

  /** The aliases that point to a collection. Milvus Lite tells of none. Unknown collection: none. */
  abstract aliasesOf(collection: string): Promise<readonly string[]>;

  /** Deletes an alias; its collection stays. Unknown alias: nothing is deleted. */
  abstract dropAlias(alias: string): Promise<void>;

  /**
   * Deletes a collection with its rows. Unknown collection: nothing is deleted. Rejects with a ValidationError `vectors.has-alias` while an
   * alias points to it.
   */
  abstract dropCollection(collection: string): Promise<void>;
}

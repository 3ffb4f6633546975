export interface VectorRow {
  /** Ours: the same row written twice is one row. */
  readonly key: string;
  /** `block_mongo_id`: the id of the chunk. */
  readonly chunkId: string;
  /** `block_doc_id`: the id of the document that the chunk is part of. */
  readonly parentId: string;
  readonly vector: Float32Array;
}

export interface VectorHit {
  readonly key: string;
  readonly chunkId: string;
  readonly parentId: string;
  /** Cosine similarity: 1 is the same direction, 0 has nothing in common. */
  readonly similarity: number;
}

export interface VectorCollection {
  /** `^[A-Za-z_]\w{0,254}$` */
  readonly name: string;
  readonly dimensions: number;
}

/** Vectors by key, with cosine search. A store that is away makes every method reject with a ConnectionError. */
export abstract class Vectors {
  /**
   * Makes the collection when it is missing. Rejects with a ValidationError `vectors.other-dimensions` when it exists
   * with another number of dimensions, `vectors.bad-name` when no store would take the name.
   */
  abstract ensureCollection(collection: VectorCollection): Promise<void>;

  /**
   * Inserts or replaces by key; durable when it resolves; of one key given twice the last counts.
   * Rejects with a ValidationError `vectors.bad-row` before anything is written when a row has another number of
   * dimensions, a number that is not finite, or an empty key or id.
   */
  abstract upsert(collection: string, rows: readonly VectorRow[]): Promise<void>;

  /** The `limit` nearest, best first. Sees all that was written before. Unknown collection: ValidationError. */
  abstract search(collection: string, vector: Float32Array, limit: number): Promise<VectorHit[]>;

  /** Exact. Unknown collection: 0. */
  abstract count(collection: string): Promise<number>;

  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

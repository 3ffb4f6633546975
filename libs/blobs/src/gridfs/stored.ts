import type { Binary, Collection, Db, ObjectId } from 'mongodb';

/** The layout of GridFS, so that any GridFS tool can read the files: https://www.mongodb.com/docs/manual/core/gridfs/ */
export interface StoredFile {
  /** The name of the blob. */
  readonly _id: string;
  readonly length: number;
  readonly chunkSize: number;
  readonly uploadDate: Date;
  readonly filename: string;
}

export interface StoredChunk {
  readonly _id: ObjectId;
  readonly files_id: string;
  readonly n: number;
  readonly data: Binary;
}

/** The mark of a blob that is being written or deleted. */
export interface StoredMark {
  readonly _id: string;
  readonly since: Date;
  readonly swept?: true;
}

export interface Bucket {
  readonly files: Collection<StoredFile>;
  readonly chunks: Collection<StoredChunk>;
  readonly unfinished: Collection<StoredMark>;
}

export function bucketOf(database: Db, name: string): Bucket {
  return {
    files: database.collection(`${name}.files`),
    chunks: database.collection(`${name}.chunks`),
    unfinished: database.collection(`${name}.unfinished`),
  };
}

/** GridFS tools expect both. */
export async function ensureIndexes({ files, chunks }: Bucket): Promise<void> {
  await chunks.createIndex({ files_id: 1, n: 1 }, { unique: true }, {});
  await files.createIndex({ filename: 1, uploadDate: 1 }, {}, {});
}

/** The file first: a blob without a file is invisible. */
export async function removeBlob({ files, chunks }: Bucket, name: string): Promise<void> {
  await files.deleteOne({ _id: name });
  await chunks.deleteMany({ files_id: name });
}

import { ConnectionError, ProcessingError, SystemClock, type Clock, type Ids } from '@batchmill/contracts';
import { Blobs, type Blob, type StoredBlob } from '../blobs.js';
import { checkSuffix } from '../check-suffix.js';
import { chunkBytes, ChunkWriter } from './chunk-writer.js';
import { Connection } from './connection.js';
import { isDuplicate } from './gridfs-error.js';
import { removeLeftovers } from './leftovers.js';
import { bucketOf, ensureIndexes, removeBlob, type Bucket, type StoredFile } from './stored.js';

export interface GridFsBlobsOptions {
  /** `mongodb://…/database` or `mongodb+srv://…/database`, with the driver's options. */
  readonly url: string;
  /** Overrides the database in the URL. */
  readonly database?: string;
  /** One database may hold several buckets. */
  readonly bucket?: string;
  readonly ids: Ids;
  readonly clock?: Clock;
}

const blobsPerPage = 1000;

/**
 * Files in GridFS. The chunks are written first and the file last, so that no reader ever sees part of a blob. A mark
 * exists while a blob is written or deleted. If the process dies meanwhile, a start a day later cleans up by that mark.
 *
 * Chunks are read one by one, because the server drops a cursor whose reader pauses for ten minutes.
 */
export class GridFsBlobs extends Blobs {
  readonly #connection: Connection;
  readonly #bucketName: string;
  readonly #bucket: Bucket;
  readonly #ids: Ids;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #indexes: Promise<void> | null = null;
  #sweeping: Promise<void> = Promise.resolve();

  private constructor({ url, database, bucket = 'batchmill', ids, clock = new SystemClock() }: GridFsBlobsOptions) {
    super();
    this.#connection = new Connection(url, database);
    this.#bucketName = bucket;
    this.#bucket = bucketOf(this.#connection.database, bucket);
    this.#ids = ids;
    this.#clock = clock;
  }

  /**
   * Does not wait for the server, which may start later; leftovers are removed in the background. Rejects with a
   * ValidationError for an invalid URL.
   */
  static async open(options: GridFsBlobsOptions): Promise<GridFsBlobs> {
    const blobs = new GridFsBlobs(options);
    blobs.#sweeping = blobs.#sweep();
    return Promise.resolve(blobs);
  }

  override async write(content: AsyncIterable<Uint8Array | string>, suffix: string): Promise<Blob> {
    checkSuffix(suffix);
    const name = this.#ids.next() + suffix;
    await this.#begin(name);
    try {
      const bytes = await this.#fill(name, content);
      await this.#connection.run(() => this.#show(name, bytes));
      // after this line the blob is safe: no cleanup removes it
      await this.#connection.run(() => this.#bucket.unfinished.deleteOne({ _id: name }));
      return { name, bytes };
    } catch (error) {
      await this.#discard(name).catch(() => undefined); // the first error is the one to report
      throw error;
    }
  }

  override async *read(name: string, offset = 0): AsyncIterable<Uint8Array> {
    const file = await this.#connection.run(() => this.#bucket.files.findOne({ _id: name }));
    if (file === null) throw this.#missing(name);
    for (let n = Math.floor(offset / file.chunkSize); n * file.chunkSize < file.length; n += 1) {
      const chunk = await this.#chunk(file, n);
      const from = offset - n * file.chunkSize;
      yield from > 0 ? chunk.subarray(from) : chunk;
    }
  }

  override placeOf(name: string): string {
    return `gridfs://${this.#connection.address}/${this.#bucketName}/${name}`;
  }

  override async bytesOf(name: string): Promise<number | null> {
    const file = await this.#connection.run(() => this.#bucket.files.findOne({ _id: name }));
    return file?.length ?? null;
  }

  /** Page by page, because the server drops a cursor whose reader pauses for ten minutes. */
  override async *list(): AsyncIterable<StoredBlob> {
    for (let after = ''; ;) {
      const page = await this.#connection.run(() =>
        this.#bucket.files.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: blobsPerPage }).toArray(),
      );
      for (const { _id: name, length: bytes, uploadDate: writtenAt } of page) yield { name, bytes, writtenAt };
      const last = page.at(-1);
      if (last === undefined) return;
      after = last._id;
    }
  }

  override async delete(name: string): Promise<void> {
    await this.#connection.run(async () => {
      const { unfinished } = this.#bucket;
      const mark = { $setOnInsert: { since: this.#clock.now() } };
      await unfinished.updateOne({ _id: name }, mark, { upsert: true }).catch(unlessDuplicate);
      await removeBlob(this.#bucket, name);
      await unfinished.deleteOne({ _id: name });
    });
  }

  override async check(): Promise<void> {
    await this.#connection.check();
  }

  override async close(): Promise<void> {
    this.#stopping.abort();
    await this.#connection.close();
    await this.#sweeping;
  }

  async #begin(name: string): Promise<void> {
    await this.#connection.run(async () => {
      await this.#prepare();
      const mark = { _id: name, since: this.#clock.now() };
      const isMarked = await this.#bucket.unfinished.insertOne(mark).then(() => true, unlessDuplicate);
      const isFree = isMarked === true && (await this.#bucket.files.findOne({ _id: name })) === null;
      if (isFree) return;
      if (isMarked === true) await this.#bucket.unfinished.deleteOne({ _id: name });
      throw new ProcessingError(
        'blobs.name-taken',
        `The fresh name ${name} is in use in ${this.#connection.address}: try again.`,
      );
    });
  }

  /** Runs once, and again after a failure. */
  async #prepare(): Promise<void> {
    this.#indexes ??= ensureIndexes(this.#bucket);
    await this.#indexes.catch((error: unknown) => {
      this.#indexes = null;
      throw error;
    });
  }

  /** An error of the content is passed on unchanged; an error of the server becomes one of ours. Returns the number of bytes. */
  async #fill(name: string, content: AsyncIterable<Uint8Array | string>): Promise<number> {
    const writer = new ChunkWriter(this.#bucket.chunks, name);
    for await (const piece of content) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
      await this.#connection.run(() => writer.write(bytes));
    }
    return this.#connection.run(() => writer.finish());
  }

  async #show(name: string, bytes: number): Promise<void> {
    const now = this.#clock.now();
    const mine = { _id: name, swept: { $exists: false } };
    const { matchedCount } = await this.#bucket.unfinished.updateOne(mine, { $set: { since: now } });
    if (matchedCount === 0) {
      throw new ConnectionError(
        'blobs.unavailable',
        `The blob ${name} took more than a day to be written to ${this.#connection.address} and was cleaned up as a leftover: write it again.`,
      );
    }
    await this.#bucket.files.insertOne({
      _id: name,
      length: bytes,
      chunkSize: chunkBytes,
      uploadDate: now,
      filename: name,
    });
  }

  async #discard(name: string): Promise<void> {
    await this.#connection.run(async () => {
      await removeBlob(this.#bucket, name);
      await this.#bucket.unfinished.deleteOne({ _id: name });
    });
  }

  async #chunk(file: StoredFile, n: number): Promise<Uint8Array> {
    const chunk = await this.#connection.run(() => this.#bucket.chunks.findOne({ files_id: file._id, n }));
    const bytes = chunk?.data.buffer.subarray(0, chunk.data.position);
    if (bytes?.length !== Math.min(file.chunkSize, file.length - n * file.chunkSize)) throw this.#missing(file._id, n);
    return bytes;
  }

  #missing(name: string, chunk?: number): ProcessingError {
    const what = chunk === undefined ? 'is no blob' : `is no chunk ${chunk}, or only part of it, of the blob`;
    return new ProcessingError('blobs.missing', `There ${what} "${name}" in ${this.#connection.address}.`);
  }

  /** If the server is unavailable, the next start tries again. */
  async #sweep(): Promise<void> {
    await this.#connection
      .run(() => removeLeftovers(this.#bucket, this.#clock.now(), this.#stopping.signal))
      .catch(() => undefined);
  }
}

function unlessDuplicate(error: unknown): void {
  if (!isDuplicate(error)) throw error;
}

import { Binary, ObjectId, type Collection } from 'mongodb';
import type { StoredChunk } from './stored.js';

/** Large enough for few round trips, small enough for many blobs at once. */
export const chunkBytes = 1024 * 1024;

/** Writes the chunks of a file one after another through one buffer. */
export class ChunkWriter {
  readonly #chunks: Collection<StoredChunk>;
  readonly #name: string;
  readonly #buffer = Buffer.allocUnsafe(chunkBytes);
  #buffered = 0;
  #written = 0;

  constructor(chunks: Collection<StoredChunk>, name: string) {
    this.#chunks = chunks;
    this.#name = name;
  }

  /** Bytes given to it so far. */
  get bytes(): number {
    return this.#written * chunkBytes + this.#buffered;
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length;) {
      const room = piece.subarray(from, from + chunkBytes - this.#buffered);
      this.#buffer.set(room, this.#buffered);
      this.#buffered += room.length;
      from += room.length;
      if (this.#buffered === chunkBytes) await this.#flush();
    }
  }

  /** Resolves with the number of bytes when all of them are durable. */
  async finish(): Promise<number> {
    const { bytes } = this;
    if (this.#buffered > 0) await this.#flush();
    return bytes;
  }

  async #flush(): Promise<void> {
    await this.#chunks.insertOne({
      _id: new ObjectId(),
      files_id: this.#name,
      n: this.#written,
      data: new Binary(this.#buffer.subarray(0, this.#buffered)),
    });
    this.#written += 1;
    this.#buffered = 0;
  }
}

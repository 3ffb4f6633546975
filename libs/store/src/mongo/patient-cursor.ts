import { BSON, type Document, type FindCursor } from 'mongodb';

export interface Patience {
  /** How often the cursor is looked after: MongoDB forgets one that was not asked for ten minutes. */
  readonly lookMs: number;
  /** What is read ahead at most. */
  readonly maxAheadBytes: number;
}

export const defaultPatience: Patience = { lookMs: 4 * 60_000, maxAheadBytes: 64 * 1024 * 1024 };

/**
 * A cursor whose reader may take its time: when nothing was asked of it for a while, it asks the server for the next batch
 * and keeps that, one batch a look. That needs no session and no leave to make cursors without an end. A reader that
 * does not come back for so long that the batches grow too large finds the cursor forgotten.
 */
export class PatientCursor {
  readonly #cursor: FindCursor<Document>;
  readonly #maxAheadBytes: number;
  readonly #looking: NodeJS.Timeout;
  readonly #ahead: Document[] = [];
  #aheadBytes = 0;
  #asked = true;
  #reading: Promise<void> = Promise.resolve();

  constructor(cursor: FindCursor<Document>, { lookMs, maxAheadBytes }: Patience) {
    this.#cursor = cursor;
    this.#maxAheadBytes = maxAheadBytes;
    this.#looking = setInterval(() => this.#look(), lookMs).unref();
  }

  /** Null at the end. To be called again only when it has resolved. */
  async next(): Promise<Document | null> {
    this.#asked = true;
    await this.#reading;
    const kept = this.#ahead.shift();
    const document = kept ?? (await this.#cursor.next());
    this.#aheadBytes = this.#ahead.length === 0 ? 0 : this.#aheadBytes;
    this.#asked = true;
    return document;
  }

  /** Frees the cursor on the server. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    await this.#reading;
    await this.#cursor.close().catch(() => undefined); // a server that is away forgets it by itself
  }

  #look(): void {
    if (!this.#asked && this.#aheadBytes < this.#maxAheadBytes) {
      this.#reading = this.#readAhead().catch(() => undefined); // the next call meets the trouble again
    }
    this.#asked = false;
  }

  async #readAhead(): Promise<void> {
    this.#keep(this.#cursor.readBufferedDocuments());
    const next = await this.#cursor.next();
    this.#keep(next === null ? [] : [next, ...this.#cursor.readBufferedDocuments()]);
  }

  #keep(documents: readonly Document[]): void {
    for (const document of documents) {
      this.#ahead.push(document);
      this.#aheadBytes += BSON.calculateObjectSize(document);
    }
  }
}

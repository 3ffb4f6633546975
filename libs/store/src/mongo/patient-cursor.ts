import { BSON, type Document, type FindCursor } from 'mongodb';

export interface Patience {
  /** How often the cursor is looked after: MongoDB forgets one that was not asked for ten minutes. */
  readonly pollMs: number;
  /** What is read ahead at most. */
  readonly maxAheadBytes: number;
}

export const defaultPatience: Patience = { pollMs: 4 * 60_000, maxAheadBytes: 64 * 1024 * 1024 };

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
  /** The server is being asked: two questions at once would make the cursor fail. */
  #isAsking = false;
  #reading: Promise<void> = Promise.resolve();
  /** What reading ahead came to behind all that was kept: the end, or a failure to be told. */
  #after: { readonly end: null } | { readonly failure: unknown } | undefined;

  constructor(cursor: FindCursor<Document>, { pollMs, maxAheadBytes }: Patience) {
    this.#cursor = cursor;
    this.#maxAheadBytes = maxAheadBytes;
    this.#looking = setInterval(() => this.#look(), pollMs).unref();
  }

  /** Null at the end. To be called again only when it has resolved. */
  async next(): Promise<Document | null> {
    this.#asked = true;
    await this.#reading;
    const document = this.#ahead.shift() ?? (await this.#asking(() => this.#nextOfCursor()));
    if (this.#ahead.length === 0) this.#aheadBytes = 0;
    this.#asked = true;
    return document;
  }

  /** Frees the cursor on the server, and does not wait for that: a server that is away would keep the reader. */
  close(): void {
    clearInterval(this.#looking);
    this.#reading.then(() => this.#cursor.close()).catch(() => undefined); // a server forgets it by itself
  }

  #look(): void {
    if (this.#isAsking) return;
    if (!this.#asked && this.#after === undefined && this.#aheadBytes < this.#maxAheadBytes) {
      this.#reading = this.#asking(() => this.#readAhead());
    }
    this.#asked = false;
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    this.#isAsking = true;
    try {
      return await ask();
    } finally {
      this.#isAsking = false;
    }
  }

  /** A driver's cursor that has failed takes itself for ended: what it failed with is kept. */
  async #readAhead(): Promise<void> {
    try {
      this.#keep(this.#cursor.readBufferedDocuments());
      const next = await this.#cursor.next();
      this.#keep(next === null ? [] : [next, ...this.#cursor.readBufferedDocuments()]);
      if (next === null) this.#after = { end: null };
    } catch (failure) {
      this.#after = { failure };
    }
  }

  async #nextOfCursor(): Promise<Document | null> {
    if (this.#after === undefined) return this.#cursor.next();
    if ('failure' in this.#after) throw this.#after.failure;
    return this.#after.end;
  }

  #keep(documents: readonly Document[]): void {
    for (const document of documents) {
      this.#ahead.push(document);
      this.#aheadBytes += BSON.calculateObjectSize(document);
    }
  }
}

import type { Blobs } from '@batchmill/blobs';
import { writeResultLine } from '@batchmill/provider';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';

/**
 * A result file with the answers that requests of a batch take, written while the batch file is. It is ingested as the provider's
 * result files are. Nothing is written before the first answer. Call `end`, or `abandon` after an error.
 */
export class ReuseFile {
  readonly #lines = new PassThrough();
  #writing: Promise<{ readonly name: string }> | null = null;

  constructor(private readonly blobs: Blobs) {
    // Whoever writes the file gets the error.
    this.#lines.on('error', () => undefined);
  }

  /** Adds the answer to a request, by its `custom_id`. `body`: JSON. */
  async add(customId: string, body: string): Promise<void> {
    this.#writing ??= this.#write();
    const answer = { statusCode: 200, requestId: null, body, serviceTier: null };
    if (this.#lines.write(writeResultLine(`reused_${customId}`, customId, answer))) return;
    // A file that cannot be written rejects, and takes no more lines.
    await Promise.race([once(this.#lines, 'drain'), this.#writing]);
  }

  /** Resolves with the blob's name; null when there was no answer. */
  async end(): Promise<string | null> {
    this.#lines.end();
    return this.#writing === null ? null : (await this.#writing).name;
  }

  /** Leaves no file. */
  abandon(): void {
    this.#lines.destroy(new Error('the batch file was not written'));
  }

  #write(): Promise<{ readonly name: string }> {
    const writing = this.blobs.write(this.#lines, '.reused.jsonl');
    // Whoever awaits it gets the error; when the batch file has failed, nobody does.
    writing.catch(() => undefined);
    return writing;
  }
}

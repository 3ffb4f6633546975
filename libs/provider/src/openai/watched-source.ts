import { ProcessingError } from '@batchmill/contracts';
import type { ProviderErrorCode } from '../error-codes.js';
import type { FileToUpload } from '../provider.js';

/**
 * Passes a file's bytes on and remembers what went wrong with them: that is not the connection's fault. Throws instead
 * of ending at another length than the file's, so that the provider never has a part for the whole.
 */
export class WatchedSource implements AsyncIterable<Uint8Array> {
  failure: unknown = null;

  constructor(private readonly file: FileToUpload) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    try {
      for await (const chunk of this.file.open()) {
        bytes += chunk.byteLength;
        yield chunk;
      }
      if (bytes !== this.file.bytes) throw this.wrongLength(bytes);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  private wrongLength(found: number): ProcessingError {
    const { name, bytes } = this.file;
    const code: ProviderErrorCode = 'provider.wrong-length';
    return new ProcessingError(code, `uploadFile ${name}: found ${found} bytes, expected ${bytes}; it was not sent`);
  }
}

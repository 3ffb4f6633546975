import { ProcessingError } from '@batchmill/contracts';
import type { ProviderErrorCode } from '../error-codes.js';
import type { FileToUpload } from '../provider.js';

/**
 * The bytes of a file to upload. Keeps the error of reading them, to tell it apart from an error of the connection. Throws when
 * the length is not the file's, so that the provider never stores a part of a file.
 */
export class UploadSource implements AsyncIterable<Uint8Array> {
  failure: unknown = null;

  constructor(private readonly file: FileToUpload) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    let bytes = 0;
    try {
      for await (const chunk of this.file.open()) {
        bytes += chunk.byteLength;
        yield chunk;
      }
      if (bytes !== this.file.bytes) throw this.#wrongLength(bytes);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  #wrongLength(foundBytes: number): ProcessingError {
    const { name, bytes } = this.file;
    const code: ProviderErrorCode = 'provider.wrong-length';
    return new ProcessingError(
      code,
      `uploadFile ${name}: found ${foundBytes} bytes, expected ${bytes}; it was not sent`,
    );
  }
}

/** Passes a stream on, counts its bytes, and remembers what went wrong with it: that is not the connection's fault. */
export class WatchedSource implements AsyncIterable<Uint8Array> {
  bytes = 0;
  failure: unknown = null;

  constructor(private readonly source: AsyncIterable<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of this.source) {
        this.bytes += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}

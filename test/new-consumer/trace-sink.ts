import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Receives the traces of a service (OTLP over HTTP, as protobuf). */
export class TraceSink {
  readonly #bodies: Buffer[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.#bodies.push(Buffer.concat(parts));
        response.end();
      });
    });
  }

  static async open(): Promise<TraceSink> {
    const sink = new TraceSink();
    sink.#server.listen(0, '127.0.0.1');
    await once(sink.#server, 'listening');
    return sink;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // it listens on a port
    return `http://127.0.0.1:${port}`;
  }

  /** True when a span of that name belongs to the trace: in a span, the trace id is shortly before the name. */
  holds(spanName: string, traceId: string): boolean {
    const id = Buffer.from(traceId, 'hex');
    return this.#bodies.some((body) =>
      offsetsOf(body, spanName).some((offset) => body.subarray(Math.max(0, offset - 120), offset).includes(id)),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function offsetsOf(body: Buffer, text: string): number[] {
  const offsets: number[] = [];
  for (let offset = body.indexOf(text); offset >= 0; offset = body.indexOf(text, offset + 1)) offsets.push(offset);
  return offsets;
}

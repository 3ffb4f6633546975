import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes what a service sends of its traces (OTLP over HTTP, as protobuf). */
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

  /** True when a span of that name belongs to the trace: in a span, its trace's id comes shortly before its name. */
  holds(spanName: string, traceId: string): boolean {
    const id = Buffer.from(traceId, 'hex');
    return this.#bodies.some((body) =>
      storageTargetsOf(body, spanName).some((place) => body.subarray(Math.max(0, place - 120), place).includes(id)),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function storageTargetsOf(body: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let place = body.indexOf(text); place >= 0; place = body.indexOf(text, place + 1)) places.push(place);
  return places;
}

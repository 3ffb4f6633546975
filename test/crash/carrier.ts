import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderCall } from './moments.js';

/** Carries calls to the provider, and calls `strike` at the moment that it watches for. */
export class Carrier {
  #watch: { call: ProviderCall; strike: () => void } | null = null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(target: string): Promise<Carrier> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const carrier = new Carrier(server, `http://127.0.0.1:${port}`);
    server.on('request', (asked, answer) => carrier.#carry(target, asked, answer));
    return carrier;
  }

  watch(call: ProviderCall, strike: () => void): void {
    this.#watch = { call, strike };
  }

  unwatch(): void {
    this.#watch = null;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #carry(target: string, asked: IncomingMessage, answer: ServerResponse): void {
    const strike = this.#strikeFor(asked);
    if (strike?.when === 'requested') {
      strike.now();
      asked.socket.destroy();
      return;
    }
    const carried = request(
      new URL(asked.url ?? '/', target),
      { method: asked.method, headers: asked.headers },
      (given) => {
        if (strike?.when === 'done') {
          strike.now();
          asked.socket.destroy();
          given.resume();
          return;
        }
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.on('data', (chunk: Buffer) => {
          if (strike?.when !== 'middle') {
            answer.write(chunk);
            return;
          }
          answer.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => strike.now());
          given.destroy();
        });
        given.on('end', () => answer.end());
      },
    );
    carried.on('error', () => asked.socket.destroy());
    if (strike?.when === 'sending') {
      asked.once('data', (chunk: Buffer) => {
        carried.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => {
          strike.now();
          carried.destroy();
        });
      });
      return;
    }
    asked.pipe(carried);
  }

  #strikeFor(asked: IncomingMessage): { when: ProviderCall['when']; now: () => void } | null {
    const watch = this.#watch;
    const path = (asked.url ?? '').split('?')[0] ?? '';
    if (watch === null || asked.method !== watch.call.provider || !watch.call.path.test(path)) return null;
    this.#watch = null;
    return { when: watch.call.when, now: watch.strike };
  }
}

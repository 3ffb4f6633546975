import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderCall } from './moments.js';

/** Forwards calls to the provider. Calls `kill` when the watched call reaches the watched point. */
export class ProviderProxy {
  #watch: { call: ProviderCall; kill: () => void } | null = null;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(target: string): Promise<ProviderProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const proxy = new ProviderProxy(server, `http://127.0.0.1:${port}`);
    server.on('request', (incoming, answer) => proxy.#forward(target, incoming, answer));
    return proxy;
  }

  watch(call: ProviderCall, kill: () => void): void {
    this.#watch = { call, kill };
  }

  unwatch(): void {
    this.#watch = null;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #forward(target: string, incoming: IncomingMessage, answer: ServerResponse): void {
    const watched = this.#takeWatched(incoming);
    if (watched?.when === 'requested') {
      watched.kill();
      incoming.socket.destroy();
      return;
    }
    const outgoing = request(
      new URL(incoming.url ?? '/', target),
      { method: incoming.method, headers: incoming.headers },
      (response) => {
        if (watched?.when === 'done') {
          watched.kill();
          incoming.socket.destroy();
          response.resume();
          return;
        }
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.on('data', (chunk: Buffer) => {
          if (watched?.when !== 'middle') {
            answer.write(chunk);
            return;
          }
          answer.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => watched.kill());
          response.destroy();
        });
        response.on('end', () => answer.end());
      },
    );
    outgoing.on('error', () => incoming.socket.destroy());
    if (watched?.when === 'sending') {
      incoming.once('data', (chunk: Buffer) => {
        outgoing.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => {
          watched.kill();
          outgoing.destroy();
        });
      });
      return;
    }
    incoming.pipe(outgoing);
  }

  #takeWatched(incoming: IncomingMessage): { when: ProviderCall['when']; kill: () => void } | null {
    const watch = this.#watch;
    const path = (incoming.url ?? '').split('?')[0] ?? '';
    if (watch === null || incoming.method !== watch.call.provider || !watch.call.path.test(path)) return null;
    this.#watch = null;
    return { when: watch.call.when, kill: watch.kill };
  }
}

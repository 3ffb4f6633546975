import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and can be frozen or cut, so that a test can do without the server for a while. */
export class Proxy {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;
  #frozen = false;
  #answered = 0;
  #asked = '';

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async before(target: string): Promise<Proxy> {
    const proxy = new Proxy(target);
    await proxy.restore();
    return proxy;
  }

  get url(): string {
    return `${this.#target.protocol}//127.0.0.1:${this.#port}`;
  }

  /** What the server has answered. */
  get answeredBytes(): number {
    return this.#answered;
  }

  /** What the clients have said, as text. */
  get asked(): string {
    return this.#asked;
  }

  /** Connections stay and are taken, and nothing answers. */
  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  thaw(): void {
    this.#frozen = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Connections are broken and refused. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    if (server === null) return;
    server.close();
    await once(server, 'close');
  }

  async restore(): Promise<void> {
    const server = createServer({ pauseOnConnect: this.#frozen }, (client) => this.#join(client));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port; // it listens on a port
    this.#server = server;
  }

  #join(client: Socket): void {
    const upstream = connect(Number(this.#target.port), this.#target.hostname);
    client.on('data', (piece) => {
      this.#asked += piece.toString('latin1');
      upstream.write(piece);
    });
    upstream.on('data', (piece) => {
      this.#answered += piece.length;
      client.write(piece);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      if (this.#frozen) socket.pause();
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

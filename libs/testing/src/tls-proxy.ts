import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';

/** A server on loopback that speaks TLS before one that does not. */
export class TlsProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: URL, options: TlsOptions) {
    this.#server = createServer(options, (client) => {
      const onward = connect(Number(target.port), target.hostname);
      for (const [socket, other] of [
        [client, onward],
        [onward, client],
      ] as const) {
        this.#sockets.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            this.#sockets.delete(socket);
            other.destroy();
          });
        socket.pipe(other);
      }
    });
    this.#server.on('tlsClientError', () => undefined); // the client reports it
  }

  /** `options` are those of Node's TLS servers: `cert`, `key`, and `ca` with `requestCert` for certificates of clients. */
  static async before(target: string, options: TlsOptions): Promise<TlsProxy> {
    const proxy = new TlsProxy(new URL(target), options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on a port
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

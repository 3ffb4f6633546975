import { once } from 'node:events';
import { createServer, request as requestHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy on loopback, for whole URLs and for CONNECT. Every host that it is asked for is at one port of this machine. */
export class ProxyServer {
  /** What it was asked for, in order: `CONNECT api.example:443`, `POST http://api.example/v1/files`. */
  readonly asked: string[] = [];
  /** How many connections were made to it. */
  connections = 0;
  readonly #server = createServer();
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly targetPort: number,
    private readonly login: string | null,
  ) {
    this.#server.on('request', (request, response) => this.#forward(request, response));
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => this.#tunnel(request, socket));
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#keep(socket);
    });
  }

  /** With a login (`user:password`), others are answered 407. */
  static async open({ targetPort, login = null }: { targetPort: number; login?: string | null }): Promise<ProxyServer> {
    const opened = new ProxyServer(targetPort, login);
    await once(opened.#server.listen(0, '127.0.0.1'), 'listening');
    return opened;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // an AddressInfo, since it listens on a port
  }

  get url(): string {
    return `http://${this.host}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    this.asked.push(`${method} ${url}`);
    if (!this.#admits(request)) {
      response.writeHead(407).end('login required');
      return;
    }
    const { pathname, search } = new URL(url);
    const headers = { ...request.headers };
    delete headers['proxy-authorization'];
    const options = { host: '127.0.0.1', port: this.targetPort, path: pathname + search, method, headers };
    const onward = requestHttp(options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  #tunnel(request: IncomingMessage, socket: Socket): void {
    this.asked.push(`CONNECT ${request.url}`);
    if (!this.#admits(request)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = connect(this.targetPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    this.#keep(onward);
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  }

  #admits({ headers }: IncomingMessage): boolean {
    if (this.login === null) return true;
    return headers['proxy-authorization'] === `Basic ${Buffer.from(this.login).toString('base64')}`;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
  }
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface ReceivedPost {
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on loopback that receives webhook posts. */
export class WebhookReceiver {
  readonly posts: ReceivedPost[] = [];
  /** The status of the answers from now on. */
  status = 204;
  headers: Readonly<Record<string, string>> = {};
  /** Called with each post before it is answered. */
  onPost: (post: ReceivedPost) => void = () => undefined;
  #port = 0;
  #server: Server;

  private constructor() {
    this.#server = this.#serve();
  }

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await receiver.listen();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  get port(): number {
    return this.#port;
  }

  /** The `type` of each post, in the order of arrival. */
  get types(): string[] {
    return this.posts.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  }

  /** The content of a post. Throws when it is not signed with the secret. */
  verified(post: ReceivedPost, secret: string): unknown {
    return new Webhook(secret).verify(post.body, post.headers as Record<string, string>); // no header came twice
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** Listens, after `close` on the same port as before. */
  async listen(): Promise<void> {
    this.#server = this.#serve();
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #serve(): Server {
    return createServer((request, response) => {
      void text(request).then((body) => {
        const { headers, url: path = '' } = request;
        const post = { id: String(headers['webhook-id']), path, headers, body };
        this.posts.push(post);
        this.onPost(post);
        response.writeHead(this.status, this.headers).end('not used');
      });
    });
  }
}

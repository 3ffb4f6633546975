import { SystemClock } from '@batchmill/contracts';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAiProvider, type OpenAiProviderOptions } from '../openai-provider.js';

/** A server that answers as a test says, for what the simulator cannot show, and the providers that speak to it. */
export class AnsweringServer {
  readonly #server;
  readonly #providers: OpenAiProvider[] = [];

  private constructor(answer: RequestListener) {
    this.#server = createServer(answer);
  }

  static async start(answer: RequestListener): Promise<AnsweringServer> {
    const started = new AnsweringServer(answer);
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  /** With the version in its path. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`; // it listens at a port, at no pipe
  }

  provider(options: Partial<OpenAiProviderOptions> = {}): OpenAiProvider {
    const retries = { times: 2, baseMs: 1 };
    const made = new OpenAiProvider({
      apiKey: 'sk-test',
      baseUrl: this.url,
      clock: new SystemClock(),
      retries,
      ...options,
    });
    this.#providers.push(made);
    return made;
  }

  /** Nobody listens there afterwards; the providers stay open. */
  async hangUp(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async close(): Promise<void> {
    await Promise.all(this.#providers.map((each) => each.close()));
    await this.hangUp();
  }
}

export function answerJson(answer: Parameters<RequestListener>[1], body: unknown, status = 200): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

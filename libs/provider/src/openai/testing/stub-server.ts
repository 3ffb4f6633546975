import { SystemClock } from '@batchmill/contracts';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenAiProvider, type OpenAiProviderOptions } from '../openai-provider.js';

/** A server whose responses a test decides, for cases that the simulator does not have, with providers connected to it. */
export class StubServer {
  readonly #server;
  readonly #providers: OpenAiProvider[] = [];

  private constructor(listener: RequestListener) {
    this.#server = createServer(listener);
  }

  static async start(listener: RequestListener): Promise<StubServer> {
    const started = new StubServer(listener);
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  /** With the version in its path. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`; // an AddressInfo, since it listens on a port
  }

  provider(options: Partial<OpenAiProviderOptions> = {}): OpenAiProvider {
    const retries = { times: 2, baseMs: 1 };
    const provider = new OpenAiProvider({
      apiKey: 'sk-test',
      baseUrl: this.url,
      clock: new SystemClock(),
      retries,
      ...options,
    });
    this.#providers.push(provider);
    return provider;
  }

  /** Stops the server. The providers stay open. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async close(): Promise<void> {
    await Promise.all(this.#providers.map((each) => each.close()));
    await this.stop();
  }
}

export function respondJson(response: Parameters<RequestListener>[1], body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

import { Agent, fetch } from 'undici';
import type OpenAI from 'openai';

type ClientOptions = NonNullable<ConstructorParameters<typeof OpenAI>[0]>;

/**
 * The connections to the provider. They use undici from npm, because Node's own fetch holds the whole body of an upload in
 * memory. `keptAlive` reuses connections. `fresh` opens one for every call: the server may close a reused connection at the
 * moment of the call, which would leave the outcome of a create unclear. HTTP/2, undici's default over TLS, is off: it would put
 * all calls on one connection, so that they all fail when it breaks.
 */
export class Connections {
  readonly #keptAlive: Agent;
  readonly #fresh: Agent;
  readonly #onHeaders: (headers: Headers) => void;

  /** `onHeaders` is called with the headers of every response. */
  constructor(callTimeoutMs: number, onHeaders: (headers: Headers) => void) {
    this.#onHeaders = onHeaders;
    const limits = {
      headersTimeout: callTimeoutMs,
      bodyTimeout: callTimeoutMs,
      connect: { timeout: 30_000 },
      allowH2: false,
    };
    this.#keptAlive = new Agent({ ...limits, connections: 32, keepAliveTimeout: 10_000 });
    this.#fresh = new Agent({ ...limits, pipelining: 0 }); // sends `connection: close`
  }

  get keptAlive(): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
    return optionsFor(this.#keptAlive, this.#onHeaders);
  }

  get fresh(): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
    return optionsFor(this.#fresh, this.#onHeaders);
  }

  /** Rejects the calls in flight. Nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    await Promise.all([this.#keptAlive.destroy(), this.#fresh.destroy()]);
  }
}

function optionsFor(
  dispatcher: Agent,
  onHeaders: (headers: Headers) => void,
): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
  // undici's types and those of Node's built-in fetch describe the same objects twice.
  const [ownFetch, ownOptions]: readonly unknown[] = [fetch, { dispatcher }];
  const send = ownFetch as NonNullable<ClientOptions['fetch']>;
  return {
    fetch: async (...call) => {
      const response = await send(...call);
      onHeaders(response.headers);
      return response;
    },
    fetchOptions: ownOptions as NonNullable<ClientOptions['fetchOptions']>,
  };
}

import { Agent, Pool, ProxyAgent, fetch, type Dispatcher } from 'undici';
import type OpenAI from 'openai';

type ClientOptions = NonNullable<ConstructorParameters<typeof OpenAI>[0]>;

const connectMs = 30_000;

export interface ConnectionsOptions {
  readonly callTimeoutMs: number;
  /** The proxy through which the provider is reached; null: none. */
  readonly proxy: URL | null;
  readonly onHeaders: (headers: Headers) => void;
}

/**
 * The connections to the provider. They use undici from npm, because Node's own fetch holds the whole body of an upload in
 * memory. `keptAlive` reuses connections. `fresh` opens one for every call: the server may close a reused connection at the
 * moment of the call, which would leave the outcome of a create unclear. HTTP/2, undici's default over TLS, is off: it would put
 * all calls on one connection, so that they all fail when it breaks.
 */
export class Connections {
  readonly #keptAlive: Dispatcher;
  readonly #fresh: Dispatcher;
  readonly #synchronous: Dispatcher;
  readonly #onHeaders: (headers: Headers) => void;

  /** `onHeaders` is called with the headers of every response. */
  constructor({ callTimeoutMs, proxy, onHeaders }: ConnectionsOptions) {
    this.#onHeaders = onHeaders;
    const limits = {
      headersTimeout: callTimeoutMs,
      bodyTimeout: callTimeoutMs,
      allowH2: false,
    };
    this.#keptAlive = dispatcherOf(proxy, { ...limits, connections: 32, keepAliveTimeout: 10_000 });
    this.#fresh = dispatcherOf(proxy, { ...limits, pipelining: 0 }); // sends `connection: close`
    this.#synchronous = dispatcherOf(proxy, { ...limits, connections: 512, keepAliveTimeout: 4_000 });
  }

  get keptAlive(): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
    return optionsFor(this.#keptAlive, this.#onHeaders);
  }

  get fresh(): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
    return optionsFor(this.#fresh, this.#onHeaders);
  }

  /** The same as `keptAlive` for many calls at once, each of which takes seconds. */
  get synchronous(): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
    return optionsFor(this.#synchronous, this.#onHeaders);
  }

  /** Rejects the calls in flight. Nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    await Promise.all([this.#keptAlive, this.#fresh, this.#synchronous].map((each) => each.destroy()));
  }
}

/** A proxy gets whole URLs of an `http:` provider, and CONNECT for an `https:` one. */
function dispatcherOf(proxy: URL | null, limits: Pool.Options): Dispatcher {
  if (proxy === null) return new Agent({ ...limits, connect: { timeout: connectMs } });
  return new ProxyAgent({
    ...limits,
    uri: proxy.href,
    connectTimeout: connectMs,
    // Pools of undici's own would have its default limits, and would reuse connections where `fresh` must not.
    factory: (origin, { connect }: Pool.Options) => new Pool(origin, { ...limits, ...(connect && { connect }) }),
    clientFactory: (origin, { connect }: Pool.Options) =>
      new Pool(origin, { headersTimeout: connectMs, ...(connect && { connect }) }),
  });
}

function optionsFor(
  dispatcher: Dispatcher,
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

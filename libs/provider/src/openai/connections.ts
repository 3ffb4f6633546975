import { Agent, fetch } from 'undici';
import type OpenAI from 'openai';

type ClientOptions = NonNullable<ConstructorParameters<typeof OpenAI>[0]>;

/**
 * The connections to the provider. npm's undici, because Node's own fetch holds the whole body of an upload in memory.
 * `fresh` opens a connection for every call: on one that was kept, the server may be hanging up at that moment, and the
 * answer to a create would be unclear for nothing. HTTP/2, undici's default over TLS, would put the calls of both on one
 * connection each, which breaks for all of them at once.
 */
export class Connections {
  readonly #kept: Agent;
  readonly #fresh: Agent;

  constructor(callTimeoutMs: number) {
    const limits = {
      headersTimeout: callTimeoutMs,
      bodyTimeout: callTimeoutMs,
      connect: { timeout: 30_000 },
      allowH2: false,
    };
    this.#kept = new Agent({ ...limits, connections: 32, keepAliveTimeout: 10_000 });
    this.#fresh = new Agent({ ...limits, pipelining: 0 }); // undici's way to say `connection: close`
  }

  get kept(): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
    return optionsFor(this.#kept);
  }

  get fresh(): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
    return optionsFor(this.#fresh);
  }

  /** Calls in flight reject; nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    await Promise.all([this.#kept.destroy(), this.#fresh.destroy()]);
  }
}

function optionsFor(dispatcher: Agent): Pick<ClientOptions, 'fetch' | 'fetchOptions'> {
  // undici's types and those of Node's built-in fetch describe the same objects twice.
  const [ownFetch, ownOptions]: readonly unknown[] = [fetch, { dispatcher }];
  return {
    fetch: ownFetch as NonNullable<ClientOptions['fetch']>,
    fetchOptions: ownOptions as NonNullable<ClientOptions['fetchOptions']>,
  };
}

import {
  Base,
  kGetApi,
  kGetBootstrapConnection,
  type API,
  type BaseOptions,
  type Broker,
  type ClusterMetadata,
  type Connection,
} from '@platformatic/kafka';

/** Which broker is asked: any, one by its number, or one by its address. */
export type Asked = 'any' | number | Broker;

/**
 * Requests of Kafka's protocol, in the newest version that both sides know, on one connection for each broker. A broker answers the
 * requests of a connection one after the other, so what may wait long has a link of its own.
 */
export class BrokerLink {
  private readonly base: Base;
  private readonly broken: BrokenConnections;

  constructor(options: BaseOptions) {
    this.base = new Base(options);
    this.broken = new BrokenConnections(this.base);
  }

  /** Leaders and ids of topics, at most as old as the client's `metadataMaxAge`. Rejects when one of the topics is missing. */
  async metadataOf(topics: readonly string[]): Promise<ClusterMetadata> {
    return this.broken.explain(this.base.metadata({ topics: [...topics] }));
  }

  /** The next request for metadata asks the brokers. */
  forgetMetadata(): void {
    this.base.clearMetadata();
  }

  /** The version in which this request would be sent. */
  async versionOf(name: string): Promise<number> {
    return (await this.apiOf(name)).version;
  }

  async ask<Response>(name: string, broker: Asked, ...request: unknown[]): Promise<Response> {
    return this.broken.explain(this.askOnce<Response>(name, broker, request));
  }

  /** Ends what is under way. The next request connects again. */
  breakConnections(): void {
    breakConnections(this.base);
  }

  async close(): Promise<void> {
    await closeAtOnce(this.base);
  }

  private async askOnce<Response>(name: string, broker: Asked, request: unknown[]): Promise<Response> {
    const api = await this.apiOf<Response>(name);
    return api.async(await this.connectionTo(broker), ...request);
  }

  private apiOf<Response>(name: string): Promise<API<unknown[], Response>> {
    return new Promise((resolve, reject) => {
      this.base[kGetApi]<unknown[], Response>(name, settle(resolve, reject));
    });
  }

  private async connectionTo(broker: Asked): Promise<Connection> {
    if (broker === 'any') {
      return new Promise((resolve, reject) => this.base[kGetBootstrapConnection](settle(resolve, reject)));
    }
    if (typeof broker !== 'number') return this.base.connections.get(broker);
    const { brokers } = this.base.currentMetadata ?? (await this.base.metadata({ topics: [] }));
    const address = brokers.get(broker);
    if (address === undefined) {
      this.base.clearMetadata();
      throw new Error(`the brokers do not name the broker ${broker} at present`);
    }
    return this.base.connections.get(address);
  }
}

/**
 * Why connections broke. A request that was under way only says that its connection was closed; the reason, such as the
 * brokers' word on a certificate, is an event of the connection.
 */
export class BrokenConnections {
  private last: Error | null = null;

  constructor(base: Base) {
    // It emits a second error of one connection to nobody, which would end the process.
    base.connections.on('connecting', ({ connection }) => {
      connection.on('error', (error: Error) => (this.last = error));
    });
    base.connections.on('connect', () => (this.last = null));
  }

  /** Rejects with both errors where a connection broke. */
  async explain<T>(request: Promise<T>): Promise<T> {
    try {
      return await request;
    } catch (error) {
      if (this.last === null || !isClosed(error)) throw error;
      throw new AggregateError([this.last, error], this.last.message);
    }
  }
}

/** A connection to a broker that does not answer would wait for it to take what is still to be written. */
export async function closeAtOnce(base: Base): Promise<void> {
  breakConnections(base);
  await base.close().catch(() => undefined);
}

function breakConnections(base: Base): void {
  for (const [, connection] of base.connections) connection.socket.destroy();
}

function isClosed(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const gathered: unknown = error instanceof AggregateError ? error.errors.at(-1) : null;
  return /^connection (?:was )?closed/i.test(error.message) || (gathered !== null && isClosed(gathered));
}

function settle<T>(resolve: (value: T) => void, reject: (error: Error) => void) {
  return (error: Error | null, value?: T) => {
    if (error) reject(error);
    else resolve(value as T); // the client calls it with one of both
  };
}

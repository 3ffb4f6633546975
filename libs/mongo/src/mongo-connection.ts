import { tlsTroubleOf } from '@batchmill/contracts';
import { MongoNetworkError, type MongoClient } from 'mongodb';

/** How long a call waits for a first contact that fails for a known reason. */
const firstContactMs = 4_000;
/** How long a check waits for an answer. */
const checkMs = 4_000;

/**
 * A driver's client with a first contact that can be repeated. The driver connects with its first call, and if that fails it
 * keeps the closed connection: every later call then fails with “Topology is closed”. Here every call waits for a contact
 * until there was one; from then on the driver reconnects by itself.
 */
export class MongoConnection {
  /** Set while and after the first contact; null before, and after it failed. */
  #contact: Promise<unknown> | null = null;
  /** Why the servers do not answer, by their address: what the driver's heartbeats met last. */
  readonly #failures = new Map<string, Error>();
  /** Calls that wait for an answer, which no retry brings once TLS was refused. */
  readonly #impatient = new Set<(reason: Error) => void>();
  readonly #waiting = new Set<(reason: unknown) => void>();
  #closed = false;

  /** `closedError` makes the error of a call to a closed connection. */
  constructor(
    private readonly client: MongoClient,
    private readonly closedError: () => Error,
  ) {
    client.on('serverHeartbeatFailed', ({ connectionId, failure }) => {
      this.#failures.set(connectionId, failure);
      if (tlsTroubleOf(failure) !== null) for (const reject of this.#impatient) reject(failure);
    });
    client.on('serverHeartbeatSucceeded', ({ connectionId }) => this.#failures.delete(connectionId));
    client.on('serverClosed', ({ address }) => this.#failures.delete(address));
  }

  /** Rejects with the driver's error, or with the error of a closed connection when it is closed meanwhile. */
  async run<R>(work: () => Promise<R>): Promise<R> {
    if (this.#closed) throw this.closedError();
    return this.#untilClosed(this.#afterContact(work));
  }

  /** Rejects after four seconds without an answer, with the reason that the heartbeats met. */
  async check(database: string): Promise<void> {
    await this.run(() =>
      this.#within(checkMs, this.client.db(database).command({ ping: 1 }), () => {
        return new MongoNetworkError(`no answer within ${checkMs / 1000} s`);
      }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.client.close();
    for (const reject of this.#waiting) reject(this.closedError());
  }

  async #afterContact<R>(work: () => Promise<R>): Promise<R> {
    await this.#within(firstContactMs, this.#connect(), () => null);
    return work();
  }

  #connect(): Promise<unknown> {
    this.#contact ??= this.client.connect().catch((error: unknown) => {
      this.#contact = null;
      throw error;
    });
    return this.#contact;
  }

  /** After this time, or once TLS is refused: rejects with what the heartbeats met, or with `otherwise`. Null: goes on waiting. */
  async #within<R>(ms: number, call: Promise<R>, otherwise: () => Error | null): Promise<R> {
    call.catch(() => undefined); // it may fail after the time
    const late = Promise.withResolvers<never>();
    this.#impatient.add(late.reject);
    const timer = setTimeout(() => {
      const reason = this.#lastFailure ?? otherwise();
      if (reason !== null) late.reject(reason);
    }, ms);
    try {
      return await Promise.race([call, late.promise]);
    } finally {
      clearTimeout(timer);
      this.#impatient.delete(late.reject);
    }
  }

  get #lastFailure(): Error | null {
    return [...this.#failures.values()].at(-1) ?? null;
  }

  /** A closed driver never settles calls that wait for a connection. */
  #untilClosed<R>(call: Promise<R>): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#waiting.add(reject);
    call.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    return promise;
  }
}

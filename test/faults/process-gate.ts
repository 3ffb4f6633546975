import { Clock } from '@batchmill/contracts';
import type { Bus, SubscribeOptions, Subscription } from '@batchmill/bus';
import type { Ports } from '@batchmill/service';
import type { Moment } from './moment.js';

/**
 * What all calls of one engine pass through, on their way out and back. While it is closed the engine is frozen: nothing that
 * it does reaches a port, and no answer reaches it. Once it is cut the engine is dead, as after a kill.
 */
export class ProcessGate {
  #closed: PromiseWithResolvers<void> | null = null;
  #isDead = false;
  readonly #death = Promise.withResolvers<never>();
  readonly #calls = new Map<string, number>();
  readonly #subscriptions = new Set<Subscription>();

  /** `onMoment` is called at the moment, before the call or its answer passes. */
  constructor(
    private readonly moment: Moment | null,
    private readonly onMoment: () => void,
  ) {
    this.#death.promise.catch(() => undefined);
  }

  freeze(): void {
    this.#closed ??= Promise.withResolvers();
  }

  thaw(): void {
    this.#closed?.resolve();
    this.#closed = null;
  }

  /** Calls in flight never return to the engine. Resolves when it receives no more messages. */
  async kill(): Promise<void> {
    this.#isDead = true;
    this.#death.reject(new Error('the process was killed'));
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
  }

  async pass(): Promise<void> {
    while (this.#closed !== null) await this.#closed.promise;
    if (this.#isDead) await new Promise<never>(() => undefined);
  }

  ports({ bus, store, documentStore, blobs, vectors, provider }: Ports): Ports {
    const gatedStore = this.#gated(store, 'store');
    return {
      bus: this.#gatedBus(bus),
      store: gatedStore,
      documentStore: documentStore === store ? gatedStore : this.#gated(documentStore, 'store'),
      blobs: this.#gated(blobs, 'blobs'),
      vectors: this.#gated(vectors, 'vectors'),
      provider: this.#gated(provider, 'provider'),
    };
  }

  clock(clock: Clock): Clock {
    return new GatedClock(clock, this);
  }

  #gated<T extends object>(port: T, name: string): T {
    return new Proxy(port, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          const call = (): unknown => Reflect.apply(value, target, args);
          if (name === 'store' && property === 'collection') return this.#gated(call() as object, String(args[0]));
          if (property === 'placeOf' && name === 'blobs') return call();
          const nth = this.#count(`${name}.${String(property)}`);
          return isStream(name, String(property))
            ? this.#stream(`${name}.${String(property)}`, nth, call)
            : this.#call(`${name}.${String(property)}`, nth, call);
        };
      },
    });
  }

  async #call(name: string, nth: number, call: () => unknown): Promise<unknown> {
    await this.#at(name, nth, 'before');
    try {
      return await call();
    } finally {
      await this.#at(name, nth, 'after');
    }
  }

  async *#stream(name: string, nth: number, call: () => unknown): AsyncGenerator<unknown, void, undefined> {
    await this.#at(name, nth, 'before');
    for await (const item of call() as AsyncIterable<unknown>) {
      await this.pass();
      yield item;
      await this.pass();
    }
    await this.#at(name, nth, 'after');
  }

  #gatedBus(bus: Bus): Bus {
    const subscribe = async (options: SubscribeOptions): Promise<Subscription> => {
      await this.pass();
      const handle: SubscribeOptions['handle'] = async (message) => {
        await Promise.race([this.pass().then(() => options.handle(message)), this.#death.promise]);
      };
      const subscription = await bus.subscribe({ ...options, handle });
      this.#subscriptions.add(subscription);
      return subscription;
    };
    const gated = this.#gated(bus, 'bus');
    return new Proxy(gated, {
      get: (target, property) => (property === 'subscribe' ? subscribe : (Reflect.get(target, property) as unknown)),
    });
  }

  #count(name: string): number {
    const nth = (this.#calls.get(name) ?? 0) + 1;
    this.#calls.set(name, nth);
    return nth;
  }

  async #at(name: string, nth: number, when: Moment['when']): Promise<void> {
    await this.pass();
    const { moment } = this;
    if (moment === null || moment.call !== name || moment.nth !== nth || moment.when !== when) return;
    this.onMoment();
    await this.pass();
  }
}

/** The methods of ports that return streams. Those of the vectors have other names: their `find` returns a map. */
const streams: ReadonlySet<string> = new Set([
  'find',
  'list',
  'read',
  'download',
  'listBatches',
  'listInputFiles',
  'listResultFiles',
]);

function isStream(port: string, method: string): boolean {
  return port === 'vectors' ? method === 'entries' : streams.has(method);
}

class GatedClock extends Clock {
  constructor(
    private readonly clock: Clock,
    private readonly gate: ProcessGate,
  ) {
    super();
  }

  now(): Date {
    return this.clock.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await this.clock.sleep(ms, signal);
    await this.gate.pass();
  }
}

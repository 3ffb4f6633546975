import { afterEach, beforeEach } from '@jest/globals';
import { RandomIds, topicOf, type Event, type EventClass } from '@batchmill/contracts';
import { deadLetterSuffix, type Bus, type IncomingMessage } from '@batchmill/bus';
import type { Leased, Transitions } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { MemoryLog } from '@batchmill/telemetry';
import { eventually, testEngineSettings } from '@batchmill/testing';
import {
  Readiness,
  OutboxPublisher,
  StageHost,
  type Handler,
  type HandlerDefinition,
  type HostDependencies,
  type Received,
  type StageDefinition,
  type WorkSettings,
} from '../index.js';
import { ClockWithSleepers } from './clock-with-sleepers.contract.js';
import { Orders, type Order, type OrderState } from './orders.contract.js';

export interface StageUnderTest {
  readonly store: Store;
  readonly bus: Bus;
  dispose(): Promise<void>;
}

/** Makes an empty store and an empty bus. */
export type MakeStageUnderTest = () => Promise<StageUnderTest>;

/** What a decorator declares about a method, without the names of stage and method. */
type Declared = HandlerDefinition extends infer D
  ? D extends HandlerDefinition
    ? Omit<D, 'stage' | 'method'>
    : never
  : never;

/** Hosts of stages that work on orders, with a clock that only the test moves. */
export class Fixture {
  readonly clock = new ClockWithSleepers();
  readonly ids = new RandomIds();
  readonly log = new MemoryLog();
  readonly settings: { readonly [K in keyof WorkSettings]: WorkSettings[K] } = {
    owner: 'fixture',
    leaseMs: 30_000,
    pollMs: 1_000,
    concurrency: 4,
    maxAttempts: 3,
    backoffMs: 10,
    maxBackoffMs: 100,
    republishAfterMs: 5_000,
    shutdownMs: 10_000,
  };
  readonly store: Store;
  readonly bus: Bus;
  readonly orders: Orders;
  readonly #hosts: StageHost[] = [];

  constructor({ store, bus }: StageUnderTest) {
    this.store = store;
    this.bus = bus;
    this.orders = new Orders(store, this.clock);
  }

  /** The dependencies of a host, some of them replaced. */
  dependencies(replaced: Partial<HostDependencies> = {}, settings: Partial<WorkSettings> = {}): HostDependencies {
    const { clock, ids, log, orders } = this;
    const bus = replaced.bus ?? this.bus;
    const sender = { source: '/fixture', installation: testEngineSettings.installation };
    return {
      bus,
      clock,
      ids,
      log,
      engineSettings: testEngineSettings,
      readiness: new Readiness(clock),
      records: [orders],
      publisher: new OutboxPublisher(bus, clock, ids, log, sender),
      settings: { ...this.settings, ...settings },
      ...replaced,
    };
  }

  /** Starts a host, which is stopped after the test. */
  async start(handlers: readonly Handler[], dependencies: HostDependencies = this.dependencies()): Promise<StageHost> {
    const host = new StageHost(handlers, dependencies);
    this.#hosts.push(host);
    await host.start();
    return host;
  }

  async close(): Promise<void> {
    let isOver = false;
    const stopping = Promise.all(this.#hosts.map((host) => host.stop())).finally(() => (isOver = true));
    await this.advanceUntil('every host has stopped', () => isOver, 1_000);
    await stopping;
  }

  /** The time so many milliseconds from now. */
  in(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }

  async insert(id: string, fields: Partial<Order> = {}): Promise<void> {
    const order = { ...this.orders.new(id, 'requested'), ...fields };
    await this.orders.insert(order).apply(order.outbox);
  }

  async order(id: string): Promise<Order> {
    const order = await this.orders.get(id);
    if (order === null) throw new Error(`there is no order ${id}`);
    return order;
  }

  /** Publishes a message, as any program could. */
  async publish(event: EventClass, value: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.bus.publish([{ topic: topicOf(event), key: null, value, headers }]);
  }

  published(event: EventClass): Promise<IncomingMessage[]> {
    return Array.fromAsync(this.bus.read(topicOf(event)));
  }

  deadLetters(event: EventClass): Promise<IncomingMessage[]> {
    return Array.fromAsync(this.bus.read(topicOf(event) + deadLetterSuffix));
  }

  /** Resolves with the order once it is in the state. Does not move the clock. */
  until(id: string, state: OrderState): Promise<Order> {
    return eventually(`${id} is ${state}`, async () => {
      const order = await this.orders.get(id);
      return order?.state === state && order;
    });
  }

  /** Like `eventually`, but moves the clock by `stepMs` after each check. */
  advanceUntil<T>(
    what: string,
    check: () => Promise<T | null | undefined | false> | T | null | undefined | false,
    stepMs = 10,
  ): Promise<T> {
    return eventually(what, async () => {
      const found = await check();
      if (found === null || found === undefined || found === false) this.clock.advance(stepMs);
      return found;
    });
  }
}

/** Makes a new fixture for each test of the surrounding `describe`. */
export function eachWithFixture(make: MakeStageUnderTest): () => Fixture {
  let underTest: StageUnderTest;
  let fixture: Fixture;
  beforeEach(async () => {
    underTest = await make();
    fixture = new Fixture(underTest);
    await fixture.orders.prepare();
  });
  afterEach(async () => {
    await fixture.close().finally(() => underTest.dispose());
  });
  return () => fixture;
}

/** A method as its decorator would declare it to the host. It is named after its kind. */
export function handler(stage: StageDefinition, declared: Declared, call: Handler['call']): Handler {
  return { definition: { ...declared, stage, method: declared.kind }, call };
}

export function works(
  stage: StageDefinition,
  state: OrderState,
  signaledBy: readonly EventClass[],
  work: (order: Leased<Order>) => Transitions<Event>,
): Handler {
  return handler(stage, { kind: 'works', on: Orders, in: state, signaledBy }, async (order) =>
    work(order as Leased<Order>),
  );
}

export function consumes<E extends Event>(
  stage: StageDefinition,
  event: EventClass<E>,
  consume: (event: E, received: Received) => Transitions<Event>,
): Handler {
  return handler(stage, { kind: 'consumes', event }, async (event, received) =>
    consume(event as E, received as Received),
  );
}

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
import { Things, type Thing, type ThingState } from './things.contract.js';

export interface StageUnderTest {
  readonly store: Store;
  readonly bus: Bus;
  dispose(): Promise<void>;
}

/** Gives a store and a bus that hold nothing. */
export type MakeStageUnderTest = () => Promise<StageUnderTest>;

/** What a decorator says of a method, without the names of stage and method. */
type What = HandlerDefinition extends infer D
  ? D extends HandlerDefinition
    ? Omit<D, 'stage' | 'method'>
    : never
  : never;

/** Hosts of stages that work on things, and a clock that stands until a test moves it. */
export class Workshop {
  readonly clock = new ClockWithSleepers();
  readonly ids = new RandomIds();
  readonly log = new MemoryLog();
  readonly settings: { readonly [K in keyof WorkSettings]: WorkSettings[K] } = {
    owner: 'workshop',
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
  readonly things: Things;
  readonly #hosts: StageHost[] = [];

  constructor({ store, bus }: StageUnderTest) {
    this.store = store;
    this.bus = bus;
    this.things = new Things(store, this.clock);
  }

  /** What a host needs, in part replaced. */
  needs(replaced: Partial<HostDependencies> = {}, settings: Partial<WorkSettings> = {}): HostDependencies {
    const { clock, ids, log, things } = this;
    const bus = replaced.bus ?? this.bus;
    return {
      bus,
      clock,
      ids,
      log,
      engineSettings: testEngineSettings,
      readiness: new Readiness(clock),
      records: [things],
      publisher: new OutboxPublisher(bus, clock, ids, log, '/workshop'),
      settings: { ...this.settings, ...settings },
      ...replaced,
    };
  }

  /** Starts a host. It is stopped after the test. */
  async start(handlers: readonly Handler[], dependencies: HostDependencies = this.needs()): Promise<StageHost> {
    const host = new StageHost(handlers, dependencies);
    this.#hosts.push(host);
    await host.start();
    return host;
  }

  async close(): Promise<void> {
    let isOver = false;
    const stopping = Promise.all(this.#hosts.map((host) => host.stop())).finally(() => (isOver = true));
    await this.inTime('every host has stopped', () => isOver, 1_000);
    await stopping;
  }

  /** So many milliseconds from now. */
  in(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }

  async insert(id: string, fields: Partial<Thing> = {}): Promise<void> {
    const thing = { ...this.things.new(id, 'requested'), ...fields };
    await this.things.insert(thing).apply(thing.outbox);
  }

  async thing(id: string): Promise<Thing> {
    const thing = await this.things.get(id);
    if (thing === null) throw new Error(`there is no thing ${id}`);
    return thing;
  }

  /** Publishes a message as anybody could. */
  async say(event: EventClass, value: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.bus.publish([{ topic: topicOf(event), key: null, value, headers }]);
  }

  said(event: EventClass): Promise<IncomingMessage[]> {
    return Array.fromAsync(this.bus.read(topicOf(event)));
  }

  deadLetters(event: EventClass): Promise<IncomingMessage[]> {
    return Array.fromAsync(this.bus.read(topicOf(event) + deadLetterSuffix));
  }

  /** Resolves with the thing once it is in the state. The clock stands. */
  until(id: string, state: ThingState): Promise<Thing> {
    return eventually(`${id} is ${state}`, async () => {
      const thing = await this.things.get(id);
      return thing?.state === state && thing;
    });
  }

  /** The same as `eventually`, while the clock moves on by `stepMs` after each look. */
  inTime<T>(
    what: string,
    look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
    stepMs = 10,
  ): Promise<T> {
    return eventually(what, async () => {
      const found = await look();
      if (found === null || found === undefined || found === false) this.clock.advance(stepMs);
      return found;
    });
  }
}

/** A fresh workshop for each test of the surrounding `describe`. */
export function eachWithWorkshop(make: MakeStageUnderTest): () => Workshop {
  let underTest: StageUnderTest;
  let workshop: Workshop;
  beforeEach(async () => {
    underTest = await make();
    workshop = new Workshop(underTest);
    await workshop.things.prepare();
  });
  afterEach(async () => {
    await workshop.close().finally(() => underTest.dispose());
  });
  return () => workshop;
}

/** A method as its decorator would hand it to the host; it is named for its kind. */
export function handler(stage: StageDefinition, what: What, call: Handler['call']): Handler {
  return { definition: { ...what, stage, method: what.kind }, call };
}

export function works(
  stage: StageDefinition,
  state: ThingState,
  signaledBy: readonly EventClass[],
  work: (thing: Leased<Thing>) => Transitions<Event>,
): Handler {
  return handler(stage, { kind: 'works', on: Things, in: state, signaledBy }, async (thing) =>
    work(thing as Leased<Thing>),
  );
}

export function consumes<E extends Event>(
  stage: StageDefinition,
  event: EventClass<E>,
  consume: (event: E, received: Received) => Transitions<Event>,
): Handler {
  return handler(stage, { kind: 'consumes', event }, async (said, received) =>
    consume(said as E, received as Received),
  );
}

import { topicOf, type Clock, type Event } from '@batchmill/contracts';
import type { Bus, Subscription } from '@batchmill/bus';
import type { Leased, Records, Transition, WorkRecord } from '@batchmill/records';
import { expectMessages, expectWork, gauges, observe } from '@batchmill/telemetry';
import type { EngineSettings } from './engine-settings.js';
import { MessageIntake, type TopicHandling } from './message-intake.js';
import { OutboxRelay } from './outbox-relay.js';
import { PeriodicTask } from './periodic-task.js';
import type { HandlerDefinition, RecordsClass, StageDefinition } from './stage-definition.js';
import { WorkLoop } from './work-loop.js';
import type { WorkDependencies } from './work.js';

/** A decorated method. A call returns the transitions to commit. */
export interface Handler {
  readonly definition: HandlerDefinition & { stage: StageDefinition };
  readonly call: (...input: unknown[]) => Promise<AsyncIterable<Transition>>;
}

/** What a host uses beside its handlers. */
export interface HostDependencies extends WorkDependencies {
  readonly bus: Bus;
  readonly engineSettings: EngineSettings;
  /** The records of every kind. */
  readonly records: readonly Records<WorkRecord>[];
}

interface StageIntake {
  readonly intake: MessageIntake;
  readonly topics: readonly string[];
}

type Running = { start(): void; stop(): Promise<void> };

/** Runs the methods of stages: their work loops, message handlers and periodic tasks. It knows nothing of Nest. */
export class StageHost {
  readonly #loops: { loop: WorkLoop<WorkRecord>; records: Records<WorkRecord>; handler: Handler }[] = [];
  readonly #periodicTasks: Running[] = [];
  readonly #subscriptions: Subscription[] = [];
  readonly #stopObserving: (() => void)[] = [];

  constructor(
    private readonly handlers: readonly Handler[],
    private readonly dependencies: HostDependencies,
  ) {}

  /** Resolves when every stage works. */
  async start(): Promise<void> {
    const { bus, records, readiness } = this.dependencies;
    for (const each of records) await each.prepare();
    this.#makeLoops();
    this.#makePeriodicTasks();
    const intakes = this.#makeIntakes().filter(({ topics }) => topics.length > 0);
    await bus.ensureTopics([...new Set(intakes.flatMap(({ topics }) => topics))]);
    // Before the subscriptions: Kafka lets nobody into a group before the session of a member that was killed has run out.
    for (const { loop } of this.#loops) loop.start();
    for (const task of this.#periodicTasks) task.start();
    // All at once: Kafka takes seconds to form a new group.
    const subscribed = await Promise.allSettled(intakes.map((each) => this.#subscribe(each)));
    const failed = subscribed.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') {
      await this.stop();
      throw failed.reason;
    }
    readiness.started();
  }

  /** Starts no more work. Resolves when the work in flight has reached a checkpoint, or `shutdownMs` have passed. */
  async stop(): Promise<void> {
    const { clock, readiness, settings } = this.dependencies;
    readiness.stopped();
    for (const stopObserving of this.#stopObserving) stopObserving();
    const loops = this.#loops.map(({ loop }) => loop);
    // All at once, so that one that does not end does not keep the others from stopping.
    const stopping = Promise.all([...this.#subscriptions, ...this.#periodicTasks, ...loops].map((each) => each.stop()));
    await waitAtMost(settings.shutdownMs, stopping, clock);
  }

  async #subscribe({ intake, topics }: StageIntake): Promise<void> {
    const { bus } = this.dependencies;
    const { group } = intake;
    const subscription = await bus.subscribe({ group, topics, handle: intake.handle.bind(intake) });
    this.#subscriptions.push(subscription);
    void subscription.died.then((error) => this.#onSubscriptionDied(group, error));
    this.#stopObserving.push(
      observe(gauges.lag, async () => {
        const lags = await bus.lag(group, topics);
        return lags.map(({ topic, messages }) => ({ value: messages, attributes: { group, topic } }));
      }),
    );
  }

  #onSubscriptionDied(group: string, error: Error): void {
    const { log, readiness } = this.dependencies;
    log.error('the subscription died; the process ends so that it is restarted', {
      operation: group,
      error: error.message,
    });
    readiness.markFatal(group, error);
  }

  #makeLoops(): void {
    for (const handler of this.handlers) {
      const { definition } = handler;
      if (definition.kind !== 'works') continue;
      const records = this.#recordsOf(definition.on);
      const { stage, method, in: state } = definition;
      expectWork(stage.name, method);
      const handle = (record: Leased<WorkRecord>): Promise<AsyncIterable<Transition>> => handler.call(record);
      const loop = new WorkLoop({ stage, method, records, state, handle }, this.dependencies);
      this.#loops.push({ loop, records, handler });
    }
  }

  #makePeriodicTasks(): void {
    for (const handler of this.handlers) {
      const { definition } = handler;
      if (definition.kind !== 'every') continue;
      const { stage, method, intervalMs } = definition;
      const ms = typeof intervalMs === 'number' ? intervalMs : this.dependencies.engineSettings[intervalMs.setting];
      this.#periodicTasks.push(new PeriodicTask(stage, method, ms, () => handler.call(), this.dependencies));
    }
    this.#periodicTasks.push(new OutboxRelay(this.#stages(), this.dependencies.records, this.dependencies));
  }

  #makeIntakes(): StageIntake[] {
    return this.#stages().map((stage) => {
      const topics = this.#topicsOf(stage);
      for (const { event } of topics.values()) expectMessages(stage.name, event.event);
      const intake = new MessageIntake(stage, topics, this.dependencies.bus, this.dependencies);
      return { intake, topics: [...topics.keys()] };
    });
  }

  #topicsOf(stage: StageDefinition): Map<string, TopicHandling> {
    const topics = new Map<string, TopicHandling>();
    const own = this.handlers.filter(({ definition }) => definition.stage === stage);
    for (const { definition } of own) {
      const events =
        definition.kind === 'works' ? definition.signaledBy : 'event' in definition ? [definition.event] : [];
      for (const eventClass of events) {
        topics.set(topicOf(eventClass), {
          event: eventClass,
          consume: own.find(({ definition: d }) => d.kind === 'consumes' && d.event === eventClass)?.call ?? null,
          consumeUnusable:
            own.find(({ definition: d }) => d.kind === 'consumes-unusable' && d.event === eventClass)?.call ?? null,
          signal: (event) => this.#signal(stage, event),
          signalRecorded: (recordId) => this.#signalRecorded(stage, recordId),
        });
      }
    }
    return topics;
  }

  #signal(stage: StageDefinition, event: Event): void {
    for (const { loop, records, handler } of this.#loops) {
      const { definition } = handler;
      if (definition.stage !== stage || definition.kind !== 'works') continue;
      if (!definition.signaledBy.some((eventClass) => event instanceof eventClass)) continue;
      const id = records.idIn(event);
      if (id !== null) loop.signal(id);
    }
  }

  /** Loops without events of their own are signaled when their stage records a record itself. */
  #signalRecorded(stage: StageDefinition, recordId: string): void {
    for (const { loop, handler } of this.#loops) {
      const { definition } = handler;
      if (definition.stage === stage && definition.kind === 'works' && definition.signaledBy.length === 0) {
        loop.signal(recordId);
      }
    }
  }

  #stages(): StageDefinition[] {
    return [...new Set(this.handlers.map(({ definition }) => definition.stage))];
  }

  #recordsOf(recordsClass: RecordsClass): Records<WorkRecord> {
    const records = this.dependencies.records.find((each) => each instanceof recordsClass);
    if (records === undefined) throw new Error(`The host has no records of the class ${recordsClass.name}.`);
    return records;
  }
}

/** Resolves when the work has ended or the time is over, whichever is first. Rejects when the work rejects before. */
async function waitAtMost(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]).finally(() => ended.abort());
}

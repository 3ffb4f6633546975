import { topicOf, type Event } from '@batchmill/contracts';
import type { Bus, Subscription } from '@batchmill/bus';
import type { Leased, Records, Transition, WorkRecord } from '@batchmill/records';
import { observe } from '@batchmill/telemetry';
import { PeriodicTask } from './periodic-task.js';
import { OutboxRelay } from './outbox-relay.js';
import type { EngineSettings } from './engine-settings.js';
import { MessageIntake, type TopicHandling } from './message-intake.js';
import type { HandlerDefinition, RecordsClass, StageDefinition } from './stage-definition.js';
import { waitAtMost } from './wait-at-most.js';
import { WorkLoop, type LoopDependencies } from './work-loop.js';

/** A decorated method, ready to be called: what it returns are the steps to carry out. */
export interface Handler {
  readonly definition: HandlerDefinition & { stage: StageDefinition };
  readonly call: (...given: unknown[]) => Promise<AsyncIterable<Transition>>;
}

export interface HostDependencies extends LoopDependencies {
  readonly bus: Bus;
  readonly engineSettings: EngineSettings;
  /** Every kind of record there is. */
  readonly records: readonly Records<WorkRecord>[];
}

interface ListeningStage {
  readonly intake: MessageIntake;
  readonly topics: readonly string[];
}

type Running = { start(): void; stop(): Promise<void> };

/** Runs the methods of stages: their loops, their messages, their clocks. Knows nothing of Nest. */
export class StageHost {
  readonly #loops: { loop: WorkLoop<WorkRecord>; records: Records<WorkRecord>; handler: Handler }[] = [];
  readonly #clocks: Running[] = [];
  readonly #subscriptions: Subscription[] = [];
  readonly #observations: (() => void)[] = [];

  constructor(
    private readonly handlers: readonly Handler[],
    private readonly dependencies: HostDependencies,
  ) {}

  /** Resolves when every stage is at work. */
  async start(): Promise<void> {
    const { bus, records, readiness } = this.dependencies;
    for (const each of records) await each.prepare();
    this.#makeLoops();
    this.#makeClocks();
    const intakes = this.#intakes().filter(({ topics }) => topics.length > 0);
    await bus.ensureTopics([...new Set(intakes.flatMap(({ topics }) => topics))]);
    // Side by side: every new group of a Kafka takes seconds to begin.
    const subscribed = await Promise.allSettled(intakes.map((each) => this.#subscribe(each)));
    for (const outcome of subscribed) if (outcome.status === 'rejected') throw outcome.reason;
    for (const { loop } of this.#loops) loop.start();
    for (const clock of this.#clocks) clock.start();
    readiness.started();
  }

  /** Takes nothing new; resolves when what is in flight reached a checkpoint or the time for it is over. */
  async stop(): Promise<void> {
    const { clock, readiness, settings } = this.dependencies;
    readiness.stopped();
    for (const forget of this.#observations) forget();
    const loops = this.#loops.map(({ loop }) => loop);
    // All at once: a message or a call that does not end must not keep the others from hearing of it.
    const stopping = Promise.all([...this.#subscriptions, ...this.#clocks, ...loops].map((each) => each.stop()));
    await waitAtMost(settings.shutdownMs, stopping, clock);
  }

  async #subscribe({ intake, topics }: ListeningStage): Promise<void> {
    const { bus } = this.dependencies;
    const { group } = intake;
    const subscription = await bus.subscribe({ group, topics, handle: intake.take.bind(intake) });
    this.#subscriptions.push(subscription);
    void subscription.died.then((error) => this.#lose(group, error));
    this.#observations.push(
      observe('batchmill.lag', 'Messages that a stage has not handled yet.', async () => {
        const lags = await bus.lag(group, topics);
        return lags.map(({ topic, messages }) => ({ value: messages, attributes: { group, topic } }));
      }),
    );
  }

  #lose(group: string, error: Error): void {
    const { log, readiness } = this.dependencies;
    log.error('messages are not handled any more; the process ends, and is to be started again', {
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
      const handle = (record: Leased<WorkRecord>): Promise<AsyncIterable<Transition>> => handler.call(record);
      const loop = new WorkLoop({ stage, method, records, state, handle }, this.dependencies);
      this.#loops.push({ loop, records, handler });
    }
  }

  #makeClocks(): void {
    for (const handler of this.handlers) {
      const { definition } = handler;
      if (definition.kind !== 'every') continue;
      const { stage, method, intervalMs } = definition;
      const ms = typeof intervalMs === 'number' ? intervalMs : this.dependencies.engineSettings[intervalMs.setting];
      this.#clocks.push(new PeriodicTask(stage, method, ms, () => handler.call(), this.dependencies));
    }
    this.#clocks.push(new OutboxRelay(this.#stages(), this.dependencies.records, this.dependencies));
  }

  #intakes(): ListeningStage[] {
    return this.#stages().map((stage) => {
      const topics = this.#topicsOf(stage);
      return {
        intake: new MessageIntake(stage, topics, this.dependencies.bus, this.dependencies),
        topics: [...topics.keys()],
      };
    });
  }

  #topicsOf(stage: StageDefinition): Map<string, TopicHandling> {
    const topics = new Map<string, TopicHandling>();
    const own = this.handlers.filter(({ definition }) => definition.stage === stage);
    for (const { definition } of own) {
      const events =
        definition.kind === 'works' ? definition.signaledBy : 'event' in definition ? [definition.event] : [];
      for (const event of events) {
        topics.set(topicOf(event), {
          event,
          consume: own.find(({ definition: d }) => d.kind === 'consumes' && d.event === event)?.call ?? null,
          answerUnusable:
            own.find(({ definition: d }) => d.kind === 'consumes-unusable' && d.event === event)?.call ?? null,
          signal: (said) => this.#wake(stage, said),
          signalRecorded: (recordId) => this.#wakeUntold(stage, recordId),
        });
      }
    }
    return topics;
  }

  #wake(stage: StageDefinition, event: Event): void {
    for (const { loop, records, handler } of this.#loops) {
      const { definition } = handler;
      if (definition.stage !== stage || definition.kind !== 'works') continue;
      if (!definition.signaledBy.some((eventClass) => event instanceof eventClass)) continue;
      const id = records.idIn(event);
      if (id !== null) loop.signal(id);
    }
  }

  /** No message tells them of a record: the stage recorded it itself. */
  #wakeUntold(stage: StageDefinition, recordId: string): void {
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
    if (records === undefined) throw new Error(`No records of the class ${recordsClass.name} were given to the host.`);
    return records;
  }
}

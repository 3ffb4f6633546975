import { ProcessingError, topicOf, type EventClass } from '@batchmill/contracts';
import { deadLetterSuffix } from '@batchmill/bus';
import { consumerModule, type ConsumerDefinition } from '@batchmill/consumer';
import type { Pipelines } from '@batchmill/pipeline';
import { MemoryLog } from '@batchmill/telemetry';
import type { Engine } from '../engine.js';
import { openEngine } from '../open-engine.js';
import { runStages } from '../run-stages.js';
import type { Settings } from '../settings/index.js';

/** An event that a consumer published. */
export interface PublishedEvent {
  /** Its name, as in `letter.filed`. */
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A message that a consumer could not handle. */
export interface UnhandledMessage {
  readonly consumer: string;
  readonly event: string;
  readonly reason: string;
}

export interface Consumed {
  /** In their order for each event. */
  readonly published: readonly PublishedEvent[];
  readonly unhandled: readonly UnhandledMessage[];
}

interface Group {
  readonly name: string;
  readonly topics: readonly string[];
}

const pollMs = 50;
const limitMs = 60_000;

/**
 * Runs consumers beside the stages until they have handled every message and every run has ended. Rejects with a ProcessingError
 * `consumer.too-slow` when that takes longer than a minute.
 */
export async function consumeOnSimulator(
  consumers: readonly ConsumerDefinition[],
  settings: Settings,
  pipelines: Pipelines,
): Promise<Consumed> {
  const options = { log: new MemoryLog(), name: 'run-on-simulator', needsProvider: true, runsStages: true, pipelines };
  const opened = await openEngine(settings, options);
  const { engine } = opened;
  try {
    const { stages } = await import('@batchmill/all-in-one');
    const running = await runStages(engine, [...stages, ...consumers.map(consumerModule)]);
    try {
      await untilHandled(engine, consumers.map(groupOf));
    } finally {
      await running.close();
    }
    return { published: await publishedBy(engine, consumers), unhandled: await unhandledBy(engine, consumers) };
  } finally {
    await opened.close();
  }
}

async function untilHandled(engine: Engine, groups: readonly Group[]): Promise<void> {
  const { clock } = engine;
  const until = clock.now().getTime() + limitMs;
  // Twice: one consumer may have published what another handles between two questions.
  for (let idle = 0; idle < 2; idle = (await isIdle(engine, groups)) ? idle + 1 : 0) {
    engine.readiness.throwIfFatal();
    if (clock.now().getTime() > until) {
      const names = groups.map(({ name }) => name).join(', ');
      throw new ProcessingError(
        'consumer.too-slow',
        `${names}: messages are not handled after ${limitMs / 1000} s, expected an end; see whether handle waits for something`,
      );
    }
    await clock.sleep(pollMs);
  }
}

async function isIdle({ bus, runs, hostDependencies, clock }: Engine, groups: readonly Group[]): Promise<boolean> {
  for (const state of runs.activeStates) if ((await runs.countIn(state)) > 0) return false;
  const topics = groups.flatMap((group) => group.topics);
  for (const records of hostDependencies.records) {
    const which = { topics, changedAfter: new Date(0), recordedBefore: clock.now() };
    for await (const unpublished of records.unpublished(which)) if (unpublished.recordId !== '') return false;
  }
  for (const group of groups) {
    const lags = await bus.lag(group.name, group.topics);
    if (lags.some(({ messages }) => messages > 0)) return false;
  }
  return true;
}

async function publishedBy({ bus }: Engine, consumers: readonly ConsumerDefinition[]): Promise<PublishedEvent[]> {
  const published: PublishedEvent[] = [];
  for (const eventClass of new Set(consumers.flatMap(({ produces = [] }) => produces))) {
    for await (const { value } of bus.read(topicOf(eventClass))) {
      const fields = JSON.parse(value?.toString('utf8') ?? '{}') as PublishedEvent['fields']; // the outbox wrote it
      published.push({ event: eventClass.event, fields });
    }
  }
  return published;
}

async function unhandledBy({ bus }: Engine, consumers: readonly ConsumerDefinition[]): Promise<UnhandledMessage[]> {
  const unhandled: UnhandledMessage[] = [];
  for (const consumer of consumers) {
    for (const eventClass of consumer.consumes) {
      for await (const { headers } of bus.read(topicOf(eventClass) + deadLetterSuffix)) {
        if (headers['dlt_group'] !== groupOf(consumer).name) continue;
        unhandled.push({ consumer: consumer.name, event: eventClass.event, reason: headers['dlt_cause'] ?? '' });
      }
    }
  }
  return unhandled;
}

function groupOf({ name, consumes }: ConsumerDefinition): Group {
  return { name: `batchmill.${name}`, topics: consumes.map((eventClass: EventClass) => topicOf(eventClass)) };
}

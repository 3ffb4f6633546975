import {
  createNoopMeter,
  type Attributes,
  type Meter,
  type MetricsAPI,
  type ObservableResult,
} from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';

const meterName = 'batchmill';

/** What became of a message that a stage took in. */
export type MessageOutcome = 'handled' | 'dead-letter' | 'again';

/** What became of a record that a stage took. */
export type WorkOutcome = 'moved' | 'lease-lost' | 'given-back' | 'failed' | 'parked';

type Instruments = ReturnType<typeof instrumentsOf>;

/** Until measuring is started, everything that is counted is nobody's. */
let instruments: Instruments = instrumentsOf(createNoopMeter());
let meter: Meter = createNoopMeter();

/** Everything is counted by the API's meter from here on. Once per process. */
export function startMeasuring(metrics: MetricsAPI): { stop(): void } {
  meter = metrics.getMeter(meterName);
  instruments = instrumentsOf(meter);
  return {
    stop: () => {
      meter = createNoopMeter();
      instruments = instrumentsOf(meter);
    },
  };
}

/** The instruments, for what this library counts. */
export function counted(): Instruments {
  return instruments;
}

export function countMessage(stage: string, event: string, outcome: MessageOutcome): void {
  instruments.messages.add(1, { stage, event, outcome });
}

export function countWork(work: { stage: string; method: string; outcome: WorkOutcome; seconds: number }): void {
  const { stage, method, outcome, seconds } = work;
  instruments.works.add(1, { stage, method, outcome });
  instruments.workSeconds.record(seconds, { stage, method });
}

export interface Observed {
  readonly value: number;
  readonly attributes: Attributes;
}

/** Whoever asks for the counts waits for ten seconds, and then goes without all of them. */
const looksAtMostMs = 2_000;

/** A number that is looked up whenever somebody asks. A look that fails, or takes too long, says nothing. */
export function observe(name: string, description: string, look: () => Promise<readonly Observed[]>): () => void {
  const gauge = meter.createObservableGauge(name, { description });
  const callback = async (result: ObservableResult): Promise<void> => {
    const found = await inTime(look().catch(() => []));
    for (const { value, attributes } of found) result.observe(value, attributes);
  };
  gauge.addCallback(callback);
  return () => gauge.removeCallback(callback);
}

function instrumentsOf(from: Meter) {
  return {
    messages: from.createCounter('batchmill.messages', {
      description: 'Messages that a stage took in, by what became of them.',
    }),
    works: from.createCounter('batchmill.works', {
      description: 'Records that a stage took and let go, by what became of them.',
    }),
    workSeconds: from.createHistogram('batchmill.work.seconds', {
      description: 'How long a stage held a record.',
      advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800] },
    }),
    events: from.createCounter('batchmill.events', { description: 'Facts that came true here.' }),
    documents: from.createCounter('batchmill.documents', {
      description: 'Documents that were selected, and whose batch was ingested.',
    }),
    requests: from.createCounter('batchmill.requests', { description: 'Ingested requests by what became of them.' }),
    tokens: from.createCounter('batchmill.tokens', { description: 'Tokens that the provider billed.' }),
    cost: from.createCounter('batchmill.cost.usd', { description: 'What they cost, in US dollars.' }),
  };
}

async function inTime(looking: Promise<readonly Observed[]>): Promise<readonly Observed[]> {
  const over = new AbortController();
  const late = sleep(looksAtMostMs, [], { signal: over.signal }).catch(() => []);
  return Promise.race([looking, late]).finally(() => over.abort());
}

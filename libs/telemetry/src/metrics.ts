import {
  createNoopMeter,
  type Attributes,
  type Meter,
  type MetricsAPI,
  type ObservableResult,
} from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';

const meterName = 'batchmill';

/**
 * What a stage did with a message. `redelivered`: it could not be handled and comes again. `other-installation`: it is for
 * another installation and was ignored.
 */
export type MessageOutcome = 'handled' | 'dead-letter' | 'redelivered' | 'other-installation';

/** How the lease of a record ended. `done`: by a transition. */
export type WorkOutcome = 'done' | 'lease-lost' | 'released' | 'failed' | 'parked';

/**
 * What came of a webhook of the provider. `no-batch`: no submitted batch has that provider batch. `other-event`: it does not
 * say that a batch has ended. `refused`: its signature does not fit, or it is too old.
 */
export type ProviderWebhookOutcome = 'made-due' | 'repeated' | 'no-batch' | 'other-event' | 'refused';

type Instruments = ReturnType<typeof instrumentsOf>;

/** Until metrics are started, nothing is recorded. */
let instruments: Instruments = instrumentsOf(createNoopMeter());
let meter: Meter = createNoopMeter();

/** From here on the API's meter records everything. Called once per process. */
export function startMetrics(metrics: MetricsAPI): { stop(): void } {
  meter = metrics.getMeter(meterName);
  instruments = instrumentsOf(meter);
  return {
    stop: () => {
      meter = createNoopMeter();
      instruments = instrumentsOf(meter);
    },
  };
}

/** The instruments, for the other files of this library. */
export function currentInstruments(): Instruments {
  return instruments;
}

/** Counts one delivery of a message to a stage. `event` is the event's name. */
export function countMessage(stage: string, event: string, outcome: MessageOutcome): void {
  instruments.messages.add(1, { stage, event, outcome });
}

/** Counts one lease of a record and the time that it was held. */
export function countWork(work: { stage: string; method: string; outcome: WorkOutcome; seconds: number }): void {
  const { stage, method, outcome, seconds } = work;
  instruments.work.add(1, { stage, method, outcome });
  instruments.workSeconds.record(seconds, { stage, method });
}

/** Counts one webhook of the provider. */
export function countProviderWebhook(outcome: ProviderWebhookOutcome): void {
  instruments.providerWebhooks.add(1, { outcome });
}

/** One value of a gauge. */
export interface Observed {
  readonly value: number;
  readonly attributes: Attributes;
}

/** A collection waits ten seconds for all gauges and fails as a whole after that, so each gauge gets less. */
const observeAtMostMs = 2_000;

/**
 * Adds a gauge whose values are read at each collection. A read that fails, or takes too long, gives no values. Returns a
 * function that removes the gauge.
 */
export function observe(name: string, description: string, read: () => Promise<readonly Observed[]>): () => void {
  const gauge = meter.createObservableGauge(name, { description });
  const callback = async (result: ObservableResult): Promise<void> => {
    const values = await inTime(read().catch(() => []));
    for (const { value, attributes } of values) result.observe(value, attributes);
  };
  gauge.addCallback(callback);
  return () => gauge.removeCallback(callback);
}

function instrumentsOf(from: Meter) {
  return {
    messages: from.createCounter('batchmill.messages', {
      description: 'Messages that a stage received, by what it did with them.',
    }),
    work: from.createCounter('batchmill.work', {
      description: 'Records that a stage took, by how their lease ended.',
    }),
    workSeconds: from.createHistogram('batchmill.work.seconds', {
      description: 'How long a stage held a record.',
      advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800] },
    }),
    providerWebhooks: from.createCounter('batchmill.provider.webhooks', {
      description: 'Webhooks of the provider that were received, by what came of them.',
    }),
    events: from.createCounter('batchmill.events', { description: 'Events that this process recorded.' }),
    documents: from.createCounter('batchmill.documents', {
      description: 'Documents that were selected, and documents whose batch was ingested.',
    }),
    requests: from.createCounter('batchmill.requests', { description: 'Ingested requests, by their outcome.' }),
    tokens: from.createCounter('batchmill.tokens', { description: 'Tokens that the provider billed.' }),
    cost: from.createCounter('batchmill.cost.usd', { description: 'The cost of these tokens, in US dollars.' }),
  };
}

async function inTime(reading: Promise<readonly Observed[]>): Promise<readonly Observed[]> {
  const isRead = new AbortController();
  const timeout = sleep(observeAtMostMs, [], { signal: isRead.signal }).catch(() => []);
  return Promise.race([reading, timeout]).finally(() => isRead.abort());
}

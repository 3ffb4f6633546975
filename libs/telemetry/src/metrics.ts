import {
  createNoopMeter,
  type Attributes,
  type Counter,
  type Meter,
  type MetricsAPI,
  type ObservableResult,
} from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { counters, histograms, type Metric } from './metric-catalogue.js';

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
  instruments.cost.add(0); // see expectMessages
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

/**
 * Begins to count the dead letters of a stage at 0. Prometheus sees no increase from nothing to the first one, so without
 * this nobody would be alerted of it.
 */
export function expectMessages(stage: string, event: string): void {
  instruments.messages.add(0, { stage, event, outcome: 'dead-letter' satisfies MessageOutcome });
}

/** Begins to count the work of a stage at 0, for the same reason. */
export function expectWork(stage: string, method: string): void {
  instruments.work.add(0, { stage, method, outcome: 'done' satisfies WorkOutcome });
}

/** Counts one error that a stage met, whatever came of it. */
export function countError(stage: string, code: string): void {
  instruments.errors.add(1, { stage, code });
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

/**
 * What a call to the provider waited for. `stop`: for the time that the provider asked for. `turn`: for calls before it.
 * `none`: it went at once.
 */
export type RateWait = 'requests' | 'tokens' | 'stop' | 'turn' | 'none';

/** Records how long a call to the provider waited for the rate limit. */
export function countRateWait(limit: RateWait, seconds: number): void {
  instruments.rateWaitSeconds.record(seconds, { limit });
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
export function observe({ name, description }: Metric, read: () => Promise<readonly Observed[]>): () => void {
  const gauge = meter.createObservableGauge(name, { description });
  const callback = async (result: ObservableResult): Promise<void> => {
    const values = await inTime(read().catch(() => []));
    for (const { value, attributes } of values) result.observe(value, attributes);
  };
  gauge.addCallback(callback);
  return () => gauge.removeCallback(callback);
}

function instrumentsOf(from: Meter) {
  const counter = ({ name, description }: Metric): Counter => from.createCounter(name, { description });
  const seconds = ({ name, description }: Metric) =>
    from.createHistogram(name, {
      description,
      advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800] },
    });
  return {
    messages: counter(counters.messages),
    work: counter(counters.work),
    errors: counter(counters.errors),
    workSeconds: seconds(histograms.workSeconds),
    rateWaitSeconds: seconds(histograms.rateWaitSeconds),
    providerWebhooks: counter(counters.providerWebhooks),
    events: counter(counters.events),
    documents: counter(counters.documents),
    requests: counter(counters.requests),
    tokens: counter(counters.tokens),
    cost: counter(counters.cost),
  };
}

async function inTime(reading: Promise<readonly Observed[]>): Promise<readonly Observed[]> {
  const isRead = new AbortController();
  const timeout = sleep(observeAtMostMs, [], { signal: isRead.signal }).catch(() => []);
  return Promise.race([reading, timeout]).finally(() => isRead.abort());
}

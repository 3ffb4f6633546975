/** What every metric says of itself. Its labels are those of its values. */
export interface Metric {
  /** OpenTelemetry's name, with dots. */
  readonly name: string;
  readonly description: string;
  readonly labels: readonly string[];
}

/** What this process did. The processes together did the sum. */
export const counters = {
  messages: {
    name: 'batchmill.messages',
    description: 'Messages that a stage received, by what it did with them.',
    labels: ['stage', 'event', 'outcome'],
  },
  work: {
    name: 'batchmill.work',
    description: 'Records that a stage took, by how their lease ended.',
    labels: ['stage', 'method', 'outcome'],
  },
  errors: {
    name: 'batchmill.errors',
    description: 'Errors of the work of a stage, of its messages and of its periodic tasks, by their code.',
    labels: ['stage', 'code'],
  },
  providerWebhooks: {
    name: 'batchmill.provider.webhooks',
    description: 'Webhooks of the provider that were received, by what came of them.',
    labels: ['outcome'],
  },
  events: { name: 'batchmill.events', description: 'Events that this process recorded.', labels: ['event'] },
  documents: {
    name: 'batchmill.documents',
    description: 'Documents that were selected, and documents whose batch was ingested.',
    labels: ['state'],
  },
  requests: { name: 'batchmill.requests', description: 'Ingested requests, by their outcome.', labels: ['outcome'] },
  tokens: { name: 'batchmill.tokens', description: 'Tokens that the provider billed.', labels: ['direction'] },
  cost: { name: 'batchmill.cost.usd', description: 'The cost of these tokens, in US dollars.', labels: [] },
} as const satisfies Readonly<Record<string, Metric>>;

export const histograms = {
  workSeconds: {
    name: 'batchmill.work.seconds',
    description: 'How long a stage held a record.',
    labels: ['stage', 'method'],
  },
  rateWaitSeconds: {
    name: 'batchmill.provider.rate.wait.seconds',
    description:
      'How long calls to the provider waited for the rate limit: of requests, of tokens, because the provider asked for it (stop), behind other calls (turn), or not at all (none).',
    labels: ['limit'],
  },
} as const satisfies Readonly<Record<string, Metric>>;

/**
 * What is so at the moment of a collection. All but the last are read from the store and the bus, which the processes share,
 * so those that report one report the same: take the largest, not the sum.
 */
export const gauges = {
  runs: { name: 'batchmill.runs', description: 'The number of runs, by state.', labels: ['state'] },
  claims: { name: 'batchmill.claims', description: 'The number of claims, by state.', labels: ['state'] },
  batches: { name: 'batchmill.batches', description: 'The number of batches, by state.', labels: ['state'] },
  idleBatches: {
    name: 'batchmill.batches.idle',
    description: 'Batches at the provider of which no request has ended for too long.',
    labels: [],
  },
  providerIdleSeconds: {
    name: 'batchmill.provider.idle.seconds',
    description:
      'For how long none of the batches in progress at the provider has gone on. Long: the provider has an outage. 0: none is in progress.',
    labels: [],
  },
  notifications: {
    name: 'batchmill.notifications',
    description: 'The number of notifications that were not delivered, by state.',
    labels: ['state'],
  },
  parked: { name: 'batchmill.parked', description: 'The number of parked records.', labels: ['kind'] },
  due: {
    name: 'batchmill.due',
    description: 'Records that a stage can work on now or is working on.',
    labels: ['stage'],
  },
  dueSeconds: {
    name: 'batchmill.due.seconds',
    description: 'For how long the record that a stage has had longest has been due.',
    labels: ['stage'],
  },
  enqueuedTokens: {
    name: 'batchmill.enqueued.tokens',
    description: 'Enqueued tokens, by account and model.',
    labels: ['budget'],
  },
  enqueuedLimit: {
    name: 'batchmill.enqueued.limit.tokens',
    description:
      'The limit of enqueued tokens, by account and model, as the provider has named it; infinite while it has not.',
    labels: ['budget'],
  },
  runsWaiting: {
    name: 'batchmill.runs.waiting',
    description: 'Running runs, by what they wait for most; working: for nothing.',
    labels: ['for'],
  },
  runForecast: {
    name: 'batchmill.run.forecast.seconds',
    description:
      'In how many seconds a running run is done: of ten such runs one is done before the first share (0.1), five before the second (0.5), nine before the third (0.9). Missing where nothing can be said.',
    labels: ['run', 'share'],
  },
  lag: {
    name: 'batchmill.lag',
    description: 'Messages that a stage has not handled yet.',
    labels: ['group', 'topic'],
  },
  dependencyUnavailable: {
    name: 'batchmill.dependency.unavailable',
    description: '1 while this process cannot use a dependency, as /health/ready says, else 0.',
    labels: ['dependency'],
  },
} as const satisfies Readonly<Record<string, Metric>>;

/** A metric as Prometheus knows it. */
export interface ExposedMetric extends Metric {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** The names of its series. */
  readonly series: readonly string[];
}

/** Every metric that a process of Batchmill may expose at `/metrics`. */
export function exposedMetrics(): readonly ExposedMetric[] {
  const of = (kind: ExposedMetric['kind'], metrics: Readonly<Record<string, Metric>>, suffixes: readonly string[]) =>
    Object.values(metrics).map((metric): ExposedMetric => {
      const name = metric.name.replaceAll('.', '_');
      return { ...metric, kind, series: suffixes.map((suffix) => name + suffix) };
    });
  return [
    ...of('gauge', gauges, ['']),
    ...of('counter', counters, ['_total']),
    ...of('histogram', histograms, ['_bucket', '_sum', '_count']),
  ];
}

import type { RunOutlook, RunProgress, RunReport } from '@batchmill/service';

/** The report of a run that started on 2026-01-01 at 10:00 and has done nothing yet. */
export function runReport(
  changes: Partial<RunReport> = {},
  progress: Partial<RunProgress> = {},
  outlook: Partial<RunOutlook> = {},
): RunReport {
  return {
    runId: 'first',
    pipeline: 'annual-reports',
    endpoint: 'embeddings',
    request: { pipeline: 'annual-reports' },
    functions: ['embeddings'],
    parameters: {},
    models: [],
    status: 'running',
    reason: null,
    waiting: null,
    total: 0,
    succeeded: 0,
    failed: 0,
    firstError: null,
    errors: [],
    left: 0,
    takenOver: 0,
    keptAnswers: 0,
    reprocessed: { answers: 0, documents: 0 },
    requests: 0,
    batches: 0,
    tokens: { input: 0, output: 0 },
    cost: { usd: 0, synchronousUsd: 0, savedUsd: 0 },
    predicted: null,
    deadline: null,
    savings: null,
    limitUsd: null,
    reservedUsd: 0,
    lost: { batches: 0, requests: 0, inputUsd: 0 },
    orphaned: { batches: 0, requests: 0, inputUsd: 0 },
    pausedAt: null,
    pauseReason: null,
    startedAt: '2026-01-01T10:00:00.000Z',
    finishedAt: null,
    ...changes,
    progress: {
      scanEnded: false,
      awaitsTrial: false,
      claimed: 0,
      processed: 0,
      built: 0,
      submitted: 0,
      doneAtProvider: 0,
      settled: 0,
      answered: 0,
      givenUp: 0,
      retrying: 0,
      parked: 0,
      held: 0,
      idle: 0,
      batches: { built: 0, submitted: 0, settled: 0, ended: 0 },
      ...progress,
    },
    outlook: {
      requestedAt: '2026-01-01T10:00:00.000Z',
      atProviderSince: null,
      nextPollAt: null,
      windowEndsAt: null,
      retryAt: null,
      estimatedEnd: null,
      ...outlook,
    },
  };
}

/** The time in milliseconds, so many milliseconds after that start. */
export function momentOfRun(ms: number): number {
  return Date.parse('2026-01-01T10:00:00.000Z') + ms;
}

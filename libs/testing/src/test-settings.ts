import { PriceBook } from '@batchmill/models';
import type { EngineSettings, WorkSettings } from '@batchmill/stage';

/** The same fields, as a plain object. */
type Plain<T> = { readonly [K in keyof T]: T[K] };

/** Short intervals, so that tests do not wait for clocks. */
export const testEngineSettings: Plain<EngineSettings> = {
  installation: 'test-installation',
  firstPollMs: 10,
  retryBaseMs: 10,
  maxFreeRetries: 5,
  maxWaitingBatches: 20,
  perMinute: { requests: 3_000, tokens: 1_000_000 },
  maxUsdPerRun: null,
  maxUsdPerDay: null,
  breakerBatches: 0,
  breakerShare: 0.5,
  trialDocuments: 0,
  trialWaitMs: 600_000,
  claimMs: 30_000,
  sliceLines: 500,
  armMs: 2_000,
  staleListMs: 200,
  sweepMs: 60_000,
  reuseMs: 30 * 86_400_000,
  keepTextsMs: 30 * 86_400_000,
  keepRecordsMs: null,
  ownsBlobs: true,
  overdueGraceMs: 3_600_000,
  lateResultsMs: 3_600_000,
  lostAfterMs: 172_800_000,
  idleAfterMs: 'auto',
  whenIdle: 'warn',
  scheduleCatchUpMs: 3_600_000,
  startsSchedules: false,
  providerWebhookSecrets: [],
  prices: new PriceBook({ provider: 'openai' }),
  notifications: { webhook: null, email: null },
  rawSetting: () => undefined,
};

export const testWorkSettings: Plain<WorkSettings> = {
  owner: 'test-process',
  leaseMs: 5_000,
  pollMs: 100,
  concurrency: 4,
  maxAttempts: 3,
  backoffMs: 10,
  maxBackoffMs: 100,
  republishAfterMs: 500,
  shutdownMs: 5_000,
};

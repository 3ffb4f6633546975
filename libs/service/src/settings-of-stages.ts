import type { LineSettings, WorkSettings } from '@batchmill/stage';
import { readPriceFile, type Settings } from './settings/index.js';

/** What the stages need to know of the settings. */
export function lineSettingsOf(settings: Settings, installation: string): LineSettings {
  const { batches, work, notifications, openai } = settings;
  return {
    installation,
    firstPollMs: batches.firstPollMs,
    pollIntervalMs: batches.pollIntervalMs,
    maxRetries: batches.maxRetries,
    retryBaseMs: batches.retryBaseMs,
    maxRounds: batches.maxRounds,
    maxWaitingBatches: batches.maxWaitingBatches,
    claimMs: work.claimMs,
    sliceLines: work.sliceLines,
    armMs: batches.armMs,
    staleListMs: batches.staleListMs,
    sweepMs: batches.sweepMs,
    overdueGraceMs: batches.overdueGraceMs,
    prices: readPriceFile(openai.pricesFile),
    webhookUrl: notifications.webhookUrl,
    said: settings.said,
  };
}

/** How the work loops of this process go about it. `owner` names it in leases. */
export function workSettingsOf({ work, service }: Settings, owner: string): WorkSettings {
  return {
    owner,
    leaseMs: work.leaseMs,
    lookMs: work.lookMs,
    concurrency: work.concurrency,
    maxAttempts: work.maxAttempts,
    backoffMs: work.backoffMs,
    maxBackoffMs: work.maxBackoffMs,
    sayAgainAfterMs: work.sayAgainAfterMs,
    shutdownMs: service.shutdownMs,
  };
}

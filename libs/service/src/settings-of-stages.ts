import type { EngineSettings, NotificationSettings, WorkSettings } from '@batchmill/stage';
import { readPriceFile, type Settings } from './settings/index.js';

/** What the stages need to know of the settings. */
export function engineSettingsOf(settings: Settings, installation: string, startsSchedules: boolean): EngineSettings {
  const { batches, work, openai } = settings;
  return {
    installation,
    firstPollMs: batches.firstPollMs,
    pollIntervalMs: batches.pollIntervalMs,
    maxRetries: batches.maxRetries,
    retryBaseMs: batches.retryBaseMs,
    maxFreeRetries: batches.maxFreeRetries,
    maxWaitingBatches: batches.maxWaitingBatches,
    claimMs: work.claimMs,
    sliceLines: work.sliceLines,
    armMs: batches.armMs,
    staleListMs: batches.staleListMs,
    sweepMs: batches.sweepMs,
    overdueGraceMs: batches.overdueGraceMs,
    scheduleCatchUpMs: batches.scheduleCatchUpMs,
    startsSchedules,
    prices: readPriceFile(openai.pricesFile),
    notifications: notificationSettingsOf(settings),
    rawSetting: settings.raw,
  };
}

/** How people are told: a channel that nobody set up is null. */
export function notificationSettingsOf({ notifications }: Settings): NotificationSettings {
  const { webhookUrl, webhookSecrets, webhookOn, webhookTemplate, allowPrivate } = notifications;
  const { emails, emailFrom, smtpUrl, emailOn, emailTemplate } = notifications;
  const allowsPrivate = allowPrivate === 'true';
  return {
    webhook:
      webhookUrl === null
        ? null
        : { url: webhookUrl, secrets: webhookSecrets ?? [], on: webhookOn, template: webhookTemplate, allowsPrivate },
    email: emails === null ? null : { to: emails, from: emailFrom, smtpUrl, on: emailOn, template: emailTemplate },
  };
}

/** How the work loops of this process go about it. `owner` names it in leases. */
export function workSettingsOf({ work, service }: Settings, owner: string): WorkSettings {
  return {
    owner,
    leaseMs: work.leaseMs,
    pollMs: work.pollMs,
    concurrency: work.concurrency,
    maxAttempts: work.maxAttempts,
    backoffMs: work.backoffMs,
    maxBackoffMs: work.maxBackoffMs,
    republishAfterMs: work.republishAfterMs,
    shutdownMs: service.shutdownMs,
  };
}

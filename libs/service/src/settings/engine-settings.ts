import type { Proxies } from '@batchmill/contracts';
import { PriceBook } from '@batchmill/models';
import type { PipelineDefaults } from '@batchmill/pipeline';
import { profileFor, type ProviderProfile } from '@batchmill/provider';
import type { EngineSettings, NotificationSettings, WorkSettings } from '@batchmill/stage';
import { readPriceFile } from './read-price-file.js';
import type { Settings } from './settings.js';

/** The settings that stages inject. */
export function engineSettingsOf(settings: Settings, installation: string, startsSchedules: boolean): EngineSettings {
  const { batches, work, openai } = settings;
  return {
    installation,
    firstPollMs: batches.firstPollMs,
    retryBaseMs: batches.retryBaseMs,
    maxFreeRetries: batches.maxFreeRetries,
    maxWaitingBatches: batches.maxWaitingBatches,
    perMinute: { requests: openai.requestsPerMinute, tokens: openai.tokensPerMinute },
    maxUsdPerRun: batches.maxUsdPerRun,
    maxUsdPerDay: batches.maxUsdPerDay,
    breakerBatches: batches.breakerBatches,
    breakerShare: batches.breakerShare,
    trialDocuments: batches.trialDocuments,
    trialWaitMs: batches.trialWaitMs,
    claimMs: work.claimMs,
    sliceLines: work.sliceLines,
    armMs: batches.armMs,
    staleListMs: batches.staleListMs,
    sweepMs: batches.sweepMs,
    reuseMs: Math.min(batches.reuseMs, batches.keepTextsMs),
    keepTextsMs: batches.keepTextsMs,
    keepRecordsMs: batches.keepRecordsMs,
    ownsBlobs: ownsBlobs(settings),
    overdueGraceMs: batches.overdueGraceMs,
    lateResultsMs: batches.lateResultsMs,
    lostAfterMs: batches.lostAfterMs,
    idleAfterMs: batches.idleAfterMs,
    whenIdle: batches.whenIdle,
    scheduleCatchUpMs: batches.scheduleCatchUpMs,
    startsSchedules,
    providerWebhookSecrets: openai.webhookSecrets ?? [],
    prices: priceBookOf(settings),
    notifications: notificationSettingsOf(settings),
    rawSetting: settings.raw,
  };
}

/** Whether the blobs are where the state is, so that no other state can name them. */
function ownsBlobs({ adapters: { blobs, store } }: Settings): boolean {
  if (blobs.scheme === 'embedded') return store.scheme === 'embedded';
  return blobs.scheme === 'gridfs' && blobs.url === 'gridfs:';
}

/** What the provider's models cost: by the file of prices, else by the built-in list. */
export function priceBookOf({ openai, requests }: Settings): PriceBook {
  const { batchRate, priceKey } = providerProfileOf({ openai });
  const baseModels = requests.baseModels === null ? {} : pairsIn(requests.baseModels);
  const rate = batchRate === null ? {} : { batchRate };
  return new PriceBook({ provider: priceKey, ...rate, baseModels, ...readPriceFile(openai.pricesFile) });
}

/** What the provider of these settings takes and offers. */
export function providerProfileOf({ openai }: Pick<Settings, 'openai'>): ProviderProfile {
  return profileFor(openai.baseUrl, openai.provider);
}

/** The channels of notifications. Null: not configured. */
export function notificationSettingsOf({ notifications, proxies }: Settings): NotificationSettings {
  const { webhookUrl, webhookSecrets, webhookOn, webhookTemplate, allowPrivate } = notifications;
  const { emails, emailFrom, smtpUrl, emailOn, emailTemplate } = notifications;
  const allowsPrivate = allowPrivate === 'true';
  return {
    webhook:
      webhookUrl === null
        ? null
        : {
            url: webhookUrl,
            secrets: webhookSecrets ?? [],
            on: webhookOn,
            template: webhookTemplate,
            allowsPrivate,
            proxies: proxiesOf(proxies),
          },
    email: emails === null ? null : { to: emails, from: emailFrom, smtpUrl, on: emailOn, template: emailTemplate },
  };
}

/** The proxies of this process. Entries of `NO_PROXY` may also be separated by spaces. */
export function proxiesOf({ http, https, except }: Settings['proxies']): Proxies {
  return { http, https, except: (except ?? []).flatMap((entry) => entry.split(/\s+/)) };
}

/** Where traces and metrics are sent, each as a full URL; null: they are not sent. */
export function telemetryUrlsOf({ service }: Pick<Settings, 'service'>): {
  readonly tracesUrl: string | null;
  readonly metricsUrl: string | null;
} {
  if (service.telemetryOff === 'true') return { tracesUrl: null, metricsUrl: null };
  const otlpTraces = service.otlpUrl === null ? null : `${service.otlpUrl.replace(/\/$/, '')}/v1/traces`;
  return { tracesUrl: service.tracesUrl ?? otlpTraces, metricsUrl: service.metricsUrl };
}

/** The settings of this process's work loops. `owner` names it in leases. */
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

/** The defaults of pipelines. */
export function pipelineDefaultsOf(settings: Settings): PipelineDefaults {
  const { requests, batches, documents } = settings;
  const provider = providerProfileOf(settings);
  const { model, embeddingModel, baseModels, temperature, maxTokens, dimensions, systemPrompt, userPrompt } = requests;
  const { batchSize, completionWindow, pollIntervalMs, maxRetries } = batches;
  const { collection } = documents;
  return {
    embeddingModel,
    temperature,
    maxTokens,
    dimensions,
    inferenceBatchSize: batchSize ?? 100,
    embeddingBatchSize: batchSize ?? 1000,
    provider,
    completionWindow: completionWindow ?? provider.defaultCompletionWindow,
    pollIntervalSeconds: pollIntervalMs / 1000,
    maxRetries,
    ...(model !== null && { model }),
    ...(baseModels !== null && { baseModels: pairsIn(baseModels) }),
    ...(collection !== null && { collection }),
    ...(systemPrompt !== null && { systemPrompt }),
    ...(userPrompt !== null && { userPrompt }),
  };
}

/** `my-deployment=o3-mini`, by the part before the `=`. */
function pairsIn(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(pairs.map((pair) => [pair.replace(/=.*$/, ''), pair.replace(/^.*?=/, '')]));
}

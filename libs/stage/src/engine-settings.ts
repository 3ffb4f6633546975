import type { Proxies } from '@batchmill/contracts';
import type { PriceBook } from '@batchmill/models';
import type { NotificationType } from '@batchmill/records';

/** The settings that stages read. They are read once, at the start. */
export abstract class EngineSettings {
  /** Random, made once per installation. It marks our provider batches among others of the same API key. */
  abstract readonly installation: string;
  /** The time to the first poll of a submitted batch. The interval grows up to the pipeline's `pollIntervalSeconds`. */
  abstract readonly firstPollMs: number;
  /** The first delay before a document is requested again. It doubles with each attempt. */
  abstract readonly retryBaseMs: number;
  /** Free retries (expired or cancelled batches, lost results, repairs) after which a document is left pending. */
  abstract readonly maxFreeRetries: number;
  /** The scan of a run pauses while more of its batches than this are not yet submitted. */
  abstract readonly maxWaitingBatches: number;
  /** How many synchronous calls and tokens of one model all processes together send in a minute. */
  abstract readonly perMinute: { readonly requests: number; readonly tokens: number };
  /** The most that a run may spend, in US dollars, where neither its request nor its pipeline says it; null: there is no limit. */
  abstract readonly maxUsdPerRun: number | null;
  /** The most that all runs of the account may spend on a day in UTC, in US dollars; null: there is no limit. */
  abstract readonly maxUsdPerDay: number | null;
  /** A run is paused when so many batches in a row have mostly failed. 0: never. */
  abstract readonly breakerBatches: number;
  /** The share of its requests above which a batch counts as mostly failed, from 0 to 1. */
  abstract readonly breakerShare: number;
  /** How many documents a large run begins with, before it sends the others. 0: there is no trial. */
  abstract readonly trialDocuments: number;
  /** How long the others wait at most for an answer to the trial, from its submission. */
  abstract readonly trialWaitMs: number;
  /** The longest time to gather the documents of one claim. */
  abstract readonly claimMs: number;
  /** Result lines per checkpoint. */
  abstract readonly sliceLines: number;
  /** The longest time that a create call may take. */
  abstract readonly armMs: number;
  /** How long the provider's list may lack a batch that it has accepted. */
  abstract readonly staleListMs: number;
  /** Between two sweeps for orphans. */
  abstract readonly sweepMs: number;
  /** How long answers are kept that later requests may take. 0: none are. */
  abstract readonly reuseMs: number;
  /** How long our copies of users' texts and ids are kept after their run has ended. */
  abstract readonly keepTextsMs: number;
  /** How long records without texts are kept after their run has ended; null: for ever. */
  abstract readonly keepRecordsMs: number | null;
  /** False: others may name blobs of the same folder or bucket, so that one that no record names is left alone. */
  abstract readonly ownsBlobs: boolean;
  /** After the completion window, before a batch counts as overdue. */
  abstract readonly overdueGraceMs: number;
  /** How long answers that the provider has counted may be unshown before they are requested, and paid, again. */
  abstract readonly lateResultsMs: number;
  /** How long a batch may be unknown to the provider, or stay in a state of minutes, before it counts as lost. */
  abstract readonly lostAfterMs: number;
  /** For how long a batch may show no progress; auto: by how long others took. Then it is idle. */
  abstract readonly idleAfterMs: number | 'auto' | 'never';
  /** What becomes of an idle batch. */
  abstract readonly whenIdle: 'warn' | 'resend';
  /** A scheduled run that was missed while no process ran is still started if it was due no longer ago than this. */
  abstract readonly scheduleCatchUpMs: number;
  /** True for services. False for a command that works on one run only. */
  abstract readonly startsSchedules: boolean;
  /** The secrets that verify the provider's webhooks, each `whsec_` and base64. None: webhooks are not received. */
  abstract readonly providerWebhookSecrets: readonly string[];
  /** What the provider's models cost. */
  abstract readonly prices: PriceBook;
  abstract readonly notifications: NotificationSettings;
  /** The value of any setting by its name, for services that are not part of Batchmill. Undefined: it is not set. */
  abstract readonly rawSetting: (name: string) => string | undefined;
}

/** The channels for notifications beside the log. */
export interface NotificationSettings {
  readonly webhook: WebhookSettings | null;
  readonly email: EmailSettings | null;
}

/** Notifications by HTTP POST. */
export interface WebhookSettings {
  readonly url: string;
  /** Each is `whsec_` and base64. Several while a secret is replaced; none: nothing is signed. */
  readonly secrets: readonly string[];
  readonly on: readonly NotificationType[];
  /** The file of the Liquid template; null: the built-in one. */
  readonly template: string | null;
  /** True when the URL may be at a private, loopback or link-local address. */
  readonly allowsPrivate: boolean;
  readonly proxies: Proxies;
}

/** Notifications by e-mail. */
export interface EmailSettings {
  readonly to: readonly string[];
  /** Null: not set. No mail can be sent then. */
  readonly from: string | null;
  /** Null: not set. No mail can be sent then. */
  readonly smtpUrl: string | null;
  readonly on: readonly NotificationType[];
  /** The file of the Liquid template; null: the built-in one. */
  readonly template: string | null;
}

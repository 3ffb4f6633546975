import type { PriceEntry } from '@batchmill/models';
import type { NotificationSettings } from './notification-settings.js';

/** What the stages of the line need to know; read once at the start. */
export abstract class EngineSettings {
  /** Random, made once per installation: marks our provider batches among others of the same key. */
  abstract readonly installation: string;
  /** The first look at a submitted batch; later ones come at growing intervals up to `pollIntervalMs`. */
  abstract readonly firstPollMs: number;
  abstract readonly pollIntervalMs: number;
  /** Retries after the first attempt of a request. */
  abstract readonly maxRetries: number;
  /** The first delay before a document is asked again; doubles with each attempt. */
  abstract readonly retryBaseMs: number;
  /** Rounds (expiries, full queues, repairs) after which a document is left pending. */
  abstract readonly maxFreeRetries: number;
  /** The scan waits while a run has more batches not yet submitted. */
  abstract readonly maxWaitingBatches: number;
  /** The longest that one claim may take to gather. */
  abstract readonly claimMs: number;
  /** Result lines per checkpoint. */
  abstract readonly sliceLines: number;
  /** The longest that a create call may take. */
  abstract readonly armMs: number;
  /** How long the provider's list may lag behind what it accepted. */
  abstract readonly staleListMs: number;
  /** Between two sweeps for provider batches that no record holds. */
  abstract readonly sweepMs: number;
  /** After the completion window, before a batch counts as overdue. */
  abstract readonly overdueGraceMs: number;
  /** Scheduled runs that nobody was at work for are started when their time is no longer ago than this. */
  abstract readonly scheduleCatchUpMs: number;
  /** True where runs are started by the clock: in a service, not in a command that does its one run. */
  abstract readonly startsSchedules: boolean;
  /** Prices that win over the book. */
  abstract readonly prices: readonly PriceEntry[];
  abstract readonly notifications: NotificationSettings;
  /**
   * What was said, as a setting is, of a name that is none of the line's: a service that was added reads its own so.
   * Undefined: nothing was said.
   */
  abstract readonly rawSetting: (name: string) => string | undefined;
}

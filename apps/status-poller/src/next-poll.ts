import { Clock, completionWindowMs } from '@batchmill/contracts';
import { type BatchIdle } from '@batchmill/contracts/events';
import { Pipelines } from '@batchmill/pipeline';
import type { ProviderBatch } from '@batchmill/provider';
import {
  longestGapMs,
  providerBatchInfoOf,
  stallLimitMs,
  type Batch,
  type ProviderBatchInfo,
  type Stall,
  type Transition,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import type { IdleLook } from './idle-batches.js';
import type { Watched } from './unended-batches.js';

/** What a poll has found, beside the provider batch. */
interface FoundByPoll {
  readonly stall: Stall | null;
  readonly overtakeAt: Date | null;
  readonly idle: IdleLook;
}

/** The longest interval between two polls of a batch whose pipeline is gone. */
const withoutPipelineMs = 60_000;

/** A batch that is cancelled for a deadline is polled this often at least. */
const overtakenPollMs = 5_000;
/** One of a run with a deadline, whose moment changes with what the others have answered. */
const deadlinePollMs = 30_000;

/** Schedules the next poll of a batch on which the provider still works. */
@Injectable()
export class NextPoll {
  constructor(
    private readonly pipelines: Pipelines,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * `stall` and `idle`: as the poll has found it. `overtakeAt`: when the batch is to be taken out of the queue; null: never, or it was.
   * A batch that is found to be idle is due at once, also to be cancelled.
   */
  wait(
    { batch, run }: Watched,
    provider: ProviderBatchInfo,
    retrieved: ProviderBatch,
    { stall, overtakeAt, idle }: FoundByPoll,
  ): Transition<BatchIdle> {
    const { firstPollMs, lostAfterMs } = this.settings;
    const pollIntervalMs = this.#pollIntervalMs(batch.data.pipeline);
    // While a batch stalls, polls that are far apart would not count.
    const deadlineMs = overtakeAt === null ? pollIntervalMs : Math.min(pollIntervalMs, deadlinePollMs);
    const calmMs = batch.data.overtakenAt == null ? deadlineMs : overtakenPollMs;
    const watchedMs = idle.limitMs === null ? calmMs : Math.min(calmMs, longestGapMs(idle.limitMs));
    const longestMs = stall === null ? watchedMs : longestGapMs(stallLimitMs({ run, lostAfterMs }));
    const delayMs = pollDelayMs(provider.polls, { firstPollMs, pollIntervalMs: Math.min(pollIntervalMs, longestMs) });
    const polled = { ...providerBatchInfoOf(retrieved, provider), polls: provider.polls + 1 };
    const next = new Date(this.clock.now().getTime() + delayMs);
    const until = overtakeAt !== null && overtakeAt < next ? overtakeAt : next;
    this.#reportUnknownState(batch.data, provider, retrieved);
    // The provider has taken it.
    const isTaken = retrieved.state !== 'validating';
    const changed = batch.with({
      provider: polled,
      stall,
      otherAccount: null,
      ...(isTaken && { held: null }),
      ...this.#overdueFailure(batch.data, polled),
      ...idle.changes,
    });
    return idle.event === null ? changed.wait(until) : changed.to(batch.data.state, idle.event);
  }

  /** A batch is polled also when its pipeline is gone: its run may be cancelled. */
  #pollIntervalMs(pipeline: string): number {
    const isKnown = this.pipelines.names().includes(pipeline);
    return isKnown ? this.pipelines.get(pipeline).batch.pollIntervalMs : withoutPipelineMs;
  }

  /** Logged once per word: a person may know what it means. */
  #reportUnknownState(batch: Batch, before: ProviderBatchInfo, { unknownState }: ProviderBatch): void {
    if (unknownState === null || unknownState === before.unknownState) return;
    this.log.warn('the provider names a state of a batch that is not known here; it counts as work in progress', {
      batchId: batch._id,
      providerBatchId: before.providerBatchId,
      state: unknownState,
    });
  }

  /** An overdue batch is logged once, and cancelled at the next poll. The results that exist by then are ingested. */
  #overdueFailure(batch: Batch, provider: ProviderBatchInfo): { failure?: Batch['failure'] } {
    const overdueAt = provider.submittedAt.getTime() + windowMs(batch, provider) + this.settings.overdueGraceMs;
    if (batch.failure !== null || this.clock.now().getTime() < overdueAt) return {};
    const said = provider.unknownState == null ? '' : `; the provider says "${provider.unknownState}"`;
    const message = `the batch did not settle within ${batch.completionWindow} and the grace period${said}`;
    this.log.error('TimeoutError: a batch is overdue; it will be cancelled, and the results so far are kept', {
      batchId: batch._id,
      runId: batch.runId,
    });
    return { failure: { code: 'batch.overdue', message, line: null } };
  }
}

/**
 * The time from the creation of the provider batch until it expires, both by the provider's clock; else the window that was
 * asked for.
 */
function windowMs({ completionWindow }: Batch, { createdAt, expiresAt }: ProviderBatchInfo): number {
  const givenMs = expiresAt === null ? 0 : expiresAt.getTime() - createdAt.getTime();
  return givenMs > 0 ? givenMs : completionWindowMs(completionWindow);
}

/** The delay grows by half with every poll, up to `pollIntervalMs`. */
function pollDelayMs(
  polls: number,
  { firstPollMs, pollIntervalMs }: { firstPollMs: number; pollIntervalMs: number },
): number {
  return Math.min(pollIntervalMs, Math.round(firstPollMs * 1.5 ** Math.min(polls, 60)));
}

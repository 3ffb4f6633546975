import { Clock, completionWindowMs } from '@batchmill/contracts';
import { BatchIdle } from '@batchmill/contracts/events';
import { Provider, type ProviderBatch } from '@batchmill/provider';
import {
  AccountProgress,
  Batches,
  Claims,
  Turnarounds,
  hasMovedSince,
  idleLimitMs,
  isPaused,
  lookAtProgress,
  withoutAnswer,
  type Batch,
  type IdleBatch,
  type Leased,
  type Run,
  type SeenProgress,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import type { Watched } from './unended-batches.js';

/**
 * The same requests are sent again no more often than this because they were in an idle batch. Each time they lose their place in the
 * provider's queue, and after a third batch it is more likely they themselves, or the provider, than bad luck.
 */
const mostTimesSentAgain = 2;

/** What a look at a batch has shown of its progress. */
export interface IdleLook {
  readonly changes: Partial<Pick<Batch, 'progress' | 'idle' | 'overtakenAt'>>;
  /** For how long it may show no progress; null: that is not known, or it is not watched. */
  readonly limitMs: number | null;
  /** Null: it is not idle, or was before. */
  readonly event: BatchIdle | null;
}

/** Finds batches in progress of which no request has ended for too long, and has them cancelled where the settings say so. */
@Injectable()
export class IdleBatches {
  /** Since when no batch of the account had gone on, as it was logged last; null: it was not. */
  #loggedOutage: number | null = null;

  constructor(
    private readonly batches: Batches,
    private readonly claims: Claims,
    private readonly turnarounds: Turnarounds,
    private readonly accountProgress: AccountProgress,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** The result of a look that has shown the provider batch. */
  async look({ batch, run }: Watched, retrieved: ProviderBatch, isToBeCancelled: boolean): Promise<IdleLook> {
    const { progress: before, idle } = batch.data;
    const now = this.clock.now();
    if (hasGoneOn(before, retrieved)) await this.accountProgress.note(this.provider.account, now);
    if (isToBeCancelled) return { changes: { progress: null }, limitMs: null, event: null };
    if (retrieved.state !== 'in_progress' || this.settings.idleAfterMs === 'never') {
      return { changes: { progress: null, idle: null }, limitMs: null, event: null };
    }
    const limitMs = await this.#limitMs(batch.data);
    const { progress, accountMovedAt, isAlone } = await this.#progress(batch.data, retrieved, limitMs);
    if (limitMs === null || progress.idleMs < limitMs) {
      if (idle != null) this.log.info('a batch that was idle goes on', this.#fieldsOf(batch));
      else if (limitMs !== null && !isAlone) this.#logOutage(progress, accountMovedAt, limitMs);
      return { changes: { progress, idle: null }, limitMs, event: null };
    }
    return this.#idle({ batch, run }, progress, limitMs);
  }

  /** Handles a look that failed: the time until the provider answers again does not count. */
  async notSeen(batch: Leased<Batch>): Promise<void> {
    const { progress } = batch.data;
    if (progress?.lookedAt != null) await batch.save({ progress: withoutAnswer(progress) });
  }

  /** Call it once the changes and the event of a look are stored: whoever loses the lease before has found nothing. */
  warn(batch: Leased<Batch>, { changes: { idle, progress }, event, limitMs }: IdleLook): void {
    if (event === null || idle == null || progress == null || limitMs === null) return;
    this.log.warn(`a batch is idle: none of its requests has ended for too long; ${this.#nextOf(idle)}`, {
      ...this.#fieldsOf(batch),
      since: progress.since.toISOString(),
      ended: progress.ended,
      requests: batch.data.requests,
      limitMinutes: Math.round(limitMs / 60_000),
    });
  }

  async #progress(
    { _id, progress: before, completionWindow }: Batch,
    retrieved: ProviderBatch,
    limitMs: number | null,
  ): Promise<{ progress: SeenProgress; accountMovedAt: Date | null; isAlone: boolean }> {
    const accountMovedAt = await this.accountProgress.lastOf(this.provider.account);
    const needsOthers = before?.lookedAt != null && !hasMovedSince(before.lookedAt, accountMovedAt);
    const isAlone = needsOthers && !(await this.batches.hasOtherInProgress(_id, this.provider.accountInfo));
    const now = this.clock.now();
    const countedMs = limitMs ?? completionWindowMs(completionWindow);
    const look = { now, ended: endedOf(retrieved), limitMs: countedMs, accountMovedAt, isAlone };
    return { progress: lookAtProgress(before, look), accountMovedAt, isAlone };
  }

  async #idle({ batch, run }: Watched, progress: SeenProgress, limitMs: number): Promise<IdleLook> {
    const before = batch.data.idle ?? null;
    const timesSentAgain = before?.timesSentAgain ?? (await this.#timesSentAgain(batch.data));
    const isSentAgain = this.settings.whenIdle === 'resend' && timesSentAgain < mostTimesSentAgain && !mustStay(run);
    const foundAt = before?.foundAt ?? this.clock.now();
    const idle: IdleBatch = { since: progress.since, foundAt, limitMs, timesSentAgain, isSentAgain };
    const changes = { progress, idle, ...(isSentAgain && { overtakenAt: this.clock.now() }) };
    if (before !== null && !isSentAgain) return { changes, limitMs, event: null };
    const { runId, claimId, provider } = batch.data;
    const ids = { runId, claimId, batchId: batch.id, providerBatchId: provider?.providerBatchId ?? null };
    return { changes, limitMs, event: new BatchIdle({ ...ids, since: progress.since.toISOString(), isSentAgain }) };
  }

  #nextOf({ isSentAgain, timesSentAgain }: IdleBatch): string {
    if (isSentAgain) return 'it is cancelled, its answers are kept, and what it lacks is sent again';
    if (timesSentAgain >= mostTimesSentAgain) {
      return `it is left to the provider, because its requests were sent again ${timesSentAgain} times already`;
    }
    return 'it is left to the provider; to send again what it lacks: batchmill batch cancel';
  }

  async #limitMs({ model, url, requests, completionWindow }: Batch): Promise<number | null> {
    const { idleAfterMs } = this.settings;
    if (typeof idleAfterMs === 'number') return idleAfterMs;
    const samples = await this.turnarounds.samplesOf(this.provider.account, model, url);
    return idleLimitMs(samples, { requests, windowMs: completionWindowMs(completionWindow) });
  }

  /** By the claims before: each retries what the one before it lacked. */
  async #timesSentAgain({ claimId }: Batch): Promise<number> {
    let times = 0;
    let claim = await this.claims.get(claimId);
    while (claim?.previousClaimId != null) {
      claim = await this.claims.get(claim.previousClaimId);
      if (claim === null) break;
      const batches = await Array.fromAsync(this.batches.ofClaim(claim._id));
      if (batches.some(({ idle }) => idle?.isSentAgain === true)) times += 1;
    }
    return times;
  }

  /** Where no batch of the account has gone on for so long that this one would be idle. Once per outage. */
  #logOutage({ since }: SeenProgress, accountMovedAt: Date | null, limitMs: number): void {
    const sinceMs = Math.max(accountMovedAt?.getTime() ?? 0, since.getTime());
    const outage = accountMovedAt?.getTime() ?? 0;
    if (this.clock.now().getTime() - sinceMs < limitMs || this.#loggedOutage === outage) return;
    this.#loggedOutage = outage;
    const message =
      'no batch of the account has gone on for long; that counts as an outage of the provider, and none of them as idle';
    this.log.warn(message, { since: new Date(sinceMs).toISOString(), account: this.provider.account });
  }

  #fieldsOf({ id, data }: Leased<Batch>): Record<string, string | null> {
    return { batchId: id, runId: data.runId, providerBatchId: data.provider?.providerBatchId ?? null };
  }
}

function endedOf({ counts }: Pick<ProviderBatch, 'counts'>): number {
  return counts.completed + counts.failed;
}

/** More requests have ended than at the last look, or all have. One that expired or was cancelled tells nothing. */
function hasGoneOn(before: SeenProgress | null | undefined, { state, counts }: ProviderBatch): boolean {
  if (state === 'completed') return true;
  // Once: it may stay in this state.
  if (state === 'finalizing') return before != null;
  return state === 'in_progress' && endedOf({ counts }) > (before?.ended ?? 0);
}

/** A paused run sends nothing. */
function mustStay(run: Run | null): boolean {
  return isPaused(run) || run?.cancelRequestedAt != null;
}

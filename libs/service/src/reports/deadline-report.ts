import { usdOf } from '@batchmill/models';
import { lateMs, type Batch, type Run } from '@batchmill/records';
import type { Engine } from '../engine.js';

/** How a run stands to its deadline. */
export interface DeadlineReport {
  /** ISO 8601. */
  readonly at: string;
  /** By how much it was missed, or will be even if all that is left is sent synchronously now; 0: it was met, or can be. */
  readonly lateByMs: number;
  /** True: all was done in time. False: it was late, or the run ended before all of it was done. Null: the run goes on. */
  readonly met: boolean | null;
  /** Requests that were sent synchronously, or are being sent. */
  readonly synchronousRequests: number;
  /** What they cost more than in batches, as it was said before; null: not known. */
  readonly announcedUsd: number | null;
  /** What those that are answered have cost more. */
  readonly extraUsd: number;
}

/** Adds up what the batches of a run say of its deadline. */
export class DeadlineSums {
  #requests = 0;
  #announced: number | null = 0;
  #extra = 0;

  add({ synchronous, requests, ingestion }: Batch, batchRate: number): void {
    if (synchronous == null) return;
    const { announcedNanoUsd } = synchronous;
    this.#requests += requests;
    this.#announced = this.#announced === null || announcedNanoUsd === null ? null : this.#announced + announcedNanoUsd;
    this.#extra += ingestion.cost.nanoUsd - ingestion.cost.synchronousNanoUsd * batchRate;
  }

  /** Null: the run has no deadline. */
  async report({ deadlineForecasts, clock }: Engine, run: Run): Promise<DeadlineReport | null> {
    const { deadlineAt = null, finishedAt } = run;
    if (deadlineAt === null) return null;
    const forecast = finishedAt === null ? await deadlineForecasts.of(run) : null;
    const end = finishedAt ?? clock.now();
    const late = forecast === null ? 0 : lateMs(forecast, end);
    const lateByMs = Math.max(late, end.getTime() - deadlineAt.getTime(), 0);
    return {
      at: deadlineAt.toISOString(),
      lateByMs,
      met: finishedAt === null ? null : run.state === 'finished' && lateByMs === 0,
      synchronousRequests: this.#requests,
      announcedUsd: this.#announced === null ? null : usdOf(this.#announced),
      extraUsd: usdOf(Math.round(this.#extra)),
    };
  }
}

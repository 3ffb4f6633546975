import { Clock } from '@batchmill/contracts';
import { DeadlineForecasts, isPaused, type Batch, type Leased, type Run } from '@batchmill/records';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** Takes batches out of the provider's queue that would miss the deadline of their run, or are idle. Their answers so far are kept. */
@Injectable()
export class Overtaking {
  constructor(
    private readonly forecasts: DeadlineForecasts,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** When the batch is to be overtaken; null: its run has no deadline or is paused, or it was. */
  async timeOf({ _id, overtakenAt, staysQueued }: Batch, run: Run | null): Promise<Date | null> {
    if (overtakenAt != null || staysQueued === true || run?.cancelRequestedAt != null || isPaused(run)) return null;
    const forecast = await this.forecasts.of(run);
    return forecast === null ? null : (forecast.overtakeAt.get(_id) ?? forecast.deadlineAt);
  }

  /** True: the batch is to be cancelled, from now on or already. */
  async overtake(batch: Leased<Batch>, at: Date | null): Promise<boolean> {
    if (batch.data.overtakenAt != null) return true;
    const now = this.clock.now();
    if (at === null || now < at) return false;
    await batch.save({ overtakenAt: now });
    this.log.info(
      'a batch is cancelled, because it would miss the deadline of its run; the rest is sent synchronously',
      {
        batchId: batch.id,
        runId: batch.data.runId,
        requests: batch.data.requests - (batch.data.provider?.counts.completed ?? 0),
      },
    );
    return true;
  }
}

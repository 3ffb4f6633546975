import { Clock } from '@batchmill/contracts';
import { Pipelines } from '@batchmill/pipeline';
import type { ProviderBatch } from '@batchmill/provider';
import {
  providerBatchInfoOf,
  type Batch,
  type Leased,
  type ProviderBatchInfo,
  type Transition,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

const completionWindowMs = 24 * 3_600_000;

/** Schedules the next poll of a batch on which the provider still works. */
@Injectable()
export class NextPoll {
  constructor(
    private readonly pipelines: Pipelines,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  wait(batch: Leased<Batch>, provider: ProviderBatchInfo, retrieved: ProviderBatch): Transition<never> {
    const { pollIntervalMs } = this.pipelines.get(batch.data.pipeline).batch;
    const delayMs = pollDelayMs(provider.polls, { firstPollMs: this.settings.firstPollMs, pollIntervalMs });
    const polled = { ...providerBatchInfoOf(retrieved, provider), polls: provider.polls + 1 };
    const until = new Date(this.clock.now().getTime() + delayMs);
    // The provider has taken it.
    const isTaken = retrieved.state !== 'validating';
    return batch
      .with({ provider: polled, ...(isTaken && { held: null }), ...this.#overdueFailure(batch.data, provider) })
      .wait(until);
  }

  /** An overdue batch is logged once, and cancelled at the next poll. The results that exist by then are ingested. */
  #overdueFailure(batch: Batch, { submittedAt }: ProviderBatchInfo): { failure?: Batch['failure'] } {
    const overdueAt = submittedAt.getTime() + completionWindowMs + this.settings.overdueGraceMs;
    if (batch.failure !== null || this.clock.now().getTime() < overdueAt) return {};
    const message = `the batch did not settle within ${batch.completionWindow} and the grace period`;
    this.log.error('TimeoutError: a batch is overdue; it will be cancelled, and the results so far are kept', {
      batchId: batch._id,
      runId: batch.runId,
    });
    return { failure: { code: 'batch.overdue', message, line: null } };
  }
}

/** The delay grows by half with every poll, up to `pollIntervalMs`. */
function pollDelayMs(
  polls: number,
  { firstPollMs, pollIntervalMs }: { firstPollMs: number; pollIntervalMs: number },
): number {
  return Math.min(pollIntervalMs, Math.round(firstPollMs * 1.5 ** Math.min(polls, 60)));
}

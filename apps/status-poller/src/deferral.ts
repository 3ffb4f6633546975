import { BatchDeferred, Clock, Ids, delayAfter } from '@batchmill/contracts';
import { Provider } from '@batchmill/provider';
import { Budgets, type Batch, type Leased, type ProviderBatchInfo, type Transitions } from '@batchmill/records';
import { EngineSettings, jitterFrom } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';

const maxDelayMs = 10 * 60_000;

/** Sends a batch back to the submitter because the provider's queue had no room for it. */
@Injectable()
export class Deferral {
  constructor(
    private readonly budgets: Budgets,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** The same file is submitted again after a backoff: no document changes, and no request uses up an attempt. */
  async *defer(
    batch: Leased<Batch>,
    provider: ProviderBatchInfo,
    enqueuedTokenLimit: number | null,
  ): Transitions<BatchDeferred> {
    const { runId, claimId, model, submission, previousAttempts } = batch.data;
    if (enqueuedTokenLimit !== null) await this.budgets.learnLimit(this.provider.account, model, enqueuedTokenLimit);
    const { attempt } = submission;
    const backoff = { baseMs: this.settings.retryBaseMs, capMs: maxDelayMs, jitter: jitterFrom(this.ids) };
    const until = new Date(this.clock.now().getTime() + delayAfter(attempt - 1, backoff));
    yield batch
      .with({
        provider: null,
        submission: { ...submission, attempt: attempt + 1 },
        previousAttempts: [...previousAttempts, { key: provider.key, providerBatchId: provider.providerBatchId }],
      })
      .backOff('built', until, new BatchDeferred({ runId, claimId, batchId: batch.id, attempt, enqueuedTokenLimit }));
  }
}

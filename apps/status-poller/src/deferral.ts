import { Clock, Ids, delayAfter } from '@batchmill/contracts';
import { type BatchDeferred } from '@batchmill/contracts/events';
import { Provider, accountRemedies } from '@batchmill/provider';
import {
  Budgets,
  deferral,
  failedBatchesOf,
  heldByFailure,
  type Batch,
  type Leased,
  type ProviderBatchInfo,
  type Transition,
} from '@batchmill/records';
import { EngineSettings, jitterFrom } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';
import type { DeferredVerdict } from './verdict-on-batch.js';

const maxDelayMs = 10 * 60_000;
/** A provider that fails a batch by its own fault this often in a row is taken at its word. */
const maxMoments = 8;

/** Sends a batch back to the submitter because the provider did not take it, and no request is to blame. */
@Injectable()
export class Deferral {
  constructor(
    private readonly budgets: Budgets,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * The same file is submitted again after a backoff: no document changes, and no request uses up an attempt. Null: the
   * provider has failed this batch too often in a row. `noLaterThan`: the backoff ends by then.
   */
  async defer(
    batch: Leased<Batch>,
    { key, providerBatchId }: ProviderBatchInfo,
    { refusal, error }: DeferredVerdict,
    noLaterThan: Date | null,
  ): Promise<Transition<BatchDeferred> | null> {
    const { learned, isAlone } =
      refusal.about === 'queue'
        ? await this.budgets.learnFrom(this.provider.account, batch.data, refusal)
        : { learned: null, isAlone: false };
    const now = this.clock.now();
    const about = refusal.about === 'file' ? 'moment' : refusal.about;
    const remedy = refusal.about === 'account' ? `; ${accountRemedies[refusal.reason]}` : '';
    const message = error.message + remedy;
    const held = heldByFailure(batch.data, { about, code: error.code, message, isAlone }, now);
    if (about === 'moment' && failedBatchesOf(held) > maxMoments) return null;
    const backoff = { baseMs: this.settings.retryBaseMs, capMs: maxDelayMs, jitter: jitterFrom(this.ids) };
    const next = new Date(now.getTime() + delayAfter(failedBatchesOf(held) - 1, backoff));
    const until = noLaterThan !== null && noLaterThan < next ? noLaterThan : next;
    const keepsFile = refusal.about !== 'file';
    return deferral(batch, { key, providerBatchId, held, learned, keepsFile }, until);
  }
}

import { Provider, type QueueRefusal, type SizeRefusal } from '@batchmill/provider';
import {
  Batches,
  Budgets,
  sentDocumentsOf,
  unsettledBatchStates,
  type Batch,
  type BudgetShare,
  type Holder,
  type Limits,
} from '@batchmill/records';
import { Injectable } from '@nestjs/common';

/** The shares that batches hold of the provider's queue, which takes a limited number of tokens and requests per account and model. */
@Injectable()
export class BudgetShares {
  constructor(
    private readonly batches: Batches,
    private readonly budgets: Budgets,
    private readonly provider: Provider,
  ) {}

  /**
   * The limits that the provider's messages named or its refusals showed. For a single document only those that it named: it
   * cannot be made smaller because of an estimate.
   */
  async limitsOf(batch: Batch): Promise<Limits> {
    const { account } = this.provider;
    const { model } = batch;
    return sentDocumentsOf(batch) === 1
      ? this.budgets.namedLimitsOf(account, model)
      : this.budgets.limitsOf(account, model);
  }

  async learnFrom(batch: Batch, refusal: QueueRefusal | SizeRefusal): ReturnType<Budgets['learnFrom']> {
    return this.budgets.learnFrom(this.provider.account, batch, refusal);
  }

  /** Returns true if the batch holds its share now, false if there is no room for it. */
  async reserve(batch: Batch): Promise<boolean> {
    const { account } = this.provider;
    const share = shareOf(batch);
    if (await this.budgets.reserve(account, batch.model, share)) return true;
    await this.releaseUnused();
    return this.budgets.reserve(account, batch.model, share);
  }

  async release(batch: Batch): Promise<void> {
    const budget = await this.budgets.get(this.provider.account, batch.model);
    if (budget !== null) await this.budgets.release(budget._id, shareOf(batch));
  }

  /** Releases the shares of batches that are settled or parked, and of earlier submissions of a batch that was deferred. */
  async releaseUnused(): Promise<void> {
    for await (const budget of this.budgets.all()) {
      const batches = await this.batches.holdersOf(budget.shares.map(({ batchId }) => batchId));
      for (const share of budget.shares) {
        const batch = batches.get(share.batchId);
        if (batch !== undefined && mayBeQueued(batch) && batch.submission.attempt === share.attempt) continue;
        await this.budgets.release(budget._id, share);
      }
    }
  }
}

/**
 * A parked batch that is not at the provider gives its share back, and reserves one again when it is retried. A batch of
 * another account is in the queue of that one.
 */
function mayBeQueued({ state, parked, submission, otherAccount }: Holder): boolean {
  const isElsewhere = otherAccount != null || (state === 'built' && parked && submission.armed === null);
  return unsettledBatchStates.includes(state) && !isElsewhere;
}

function shareOf({ _id, runId, submission, inputTokens, requests }: Batch): BudgetShare {
  return { runId, batchId: _id, attempt: submission.attempt, tokens: inputTokens, requests };
}

import { Provider } from '@batchmill/provider';
import { Batches, Budgets, unsettledBatchStates, type Batch, type BudgetShare } from '@batchmill/records';
import { Injectable } from '@nestjs/common';

/** The shares that batches hold of the provider's queue, which takes a limited number of tokens per account and model. */
@Injectable()
export class BudgetShares {
  constructor(
    private readonly batches: Batches,
    private readonly budgets: Budgets,
    private readonly provider: Provider,
  ) {}

  /** The queue's limit in tokens; null if it is not known. */
  async limitOf({ model }: Batch): Promise<number | null> {
    return this.budgets.limitOf(this.provider.account, model);
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

  /** Releases the shares of batches that are settled, and of earlier submissions of a batch that was deferred. */
  async releaseUnused(): Promise<void> {
    for await (const budget of this.budgets.all()) {
      for (const share of budget.shares) {
        const batch = await this.batches.get(share.batchId);
        const isUnsettled = batch !== null && unsettledBatchStates.includes(batch.state);
        // A held batch is in the queue of another account.
        if (isUnsettled && batch.held == null && batch.submission.attempt === share.attempt) continue;
        await this.budgets.release(budget._id, share);
      }
    }
  }
}

function shareOf({ _id, runId, submission, inputTokens }: Batch): BudgetShare {
  return { runId, batchId: _id, attempt: submission.attempt, tokens: inputTokens };
}

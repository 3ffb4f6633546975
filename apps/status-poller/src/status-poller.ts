import {
  BatchCancelRequested,
  BatchDeferred,
  BatchProcessRequested,
  BatchSettled,
  BatchSubmitted,
  ProcessingError,
  ValidationError,
} from '@batchmill/contracts';
import { Provider, type ProviderBatch } from '@batchmill/provider';
import {
  Batches,
  Budgets,
  Runs,
  providerBatchInfoOf,
  type Batch,
  type Leased,
  type ProviderBatchInfo,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { Consumes, Stage, Works } from '@batchmill/stage';
import { Deferral } from './deferral.js';
import { NextPoll } from './next-poll.js';
import { verdictOnBatch, type SettledVerdict } from './verdict-on-batch.js';

/** Polls a submitted batch at the provider until it is settled. */
@Stage({ name: 'status-poller', produces: [BatchSettled, BatchDeferred] })
export class StatusPoller {
  constructor(
    private readonly runs: Runs,
    private readonly batches: Batches,
    private readonly budgets: Budgets,
    private readonly provider: Provider,
    private readonly nextPoll: NextPoll,
    private readonly deferral: Deferral,
  ) {}

  @Consumes(BatchCancelRequested)
  async *cancel({ batchId }: BatchCancelRequested): Transitions {
    if (!(await this.batches.requestCancel(batchId))) await this.#expectKnown(batchId);
  }

  @Consumes(BatchProcessRequested)
  async *process({ batchId }: BatchProcessRequested): Transitions {
    if (!(await this.batches.requestProcess(batchId))) await this.#expectKnown(batchId);
  }

  @Works({ on: Batches, in: 'submitted', signaledBy: [BatchSubmitted, BatchCancelRequested, BatchProcessRequested] })
  async *poll(batch: Leased<Batch>): Transitions<BatchSettled | BatchDeferred> {
    const { provider } = batch.data;
    if (provider === null) throw new ProcessingError('batch.not-submitted', `${batch.id} has no provider batch`);
    if (await this.#isToBeCancelled(batch.data, provider)) await this.provider.cancelBatch(provider.providerBatchId);
    const retrieved = await this.provider.retrieveBatch(provider.providerBatchId);
    const verdict = verdictOnBatch(retrieved);
    switch (verdict.kind) {
      case 'in-progress':
        yield this.nextPoll.wait(batch, provider, retrieved);
        return;
      case 'deferred':
        yield (
          (await this.deferral.defer(batch, provider, verdict)) ??
          this.#settled(batch, provider, retrieved, { reason: 'failed', failure: verdict.error })
        );
        return;
      case 'settled':
        if (verdict.size !== null) await this.budgets.learnFrom(this.provider.account, batch.data, verdict.size);
        yield this.#settled(batch, provider, retrieved, verdict);
    }
  }

  async #isToBeCancelled(batch: Batch, provider: ProviderBatchInfo): Promise<boolean> {
    if (provider.state === 'cancelling') return false;
    if (batch.cancelRequestedAt !== null || batch.failure?.code === 'batch.overdue') return true;
    const run = await this.runs.get(batch.runId);
    return run?.cancelRequestedAt != null;
  }

  #settled(
    batch: Leased<Batch>,
    provider: ProviderBatchInfo,
    retrieved: ProviderBatch,
    { reason, failure }: Pick<SettledVerdict, 'reason' | 'failure'>,
  ): Transition<BatchSettled> {
    const { runId, claimId, requests } = batch.data;
    const ids = { runId, claimId, batchId: batch.id, providerBatchId: retrieved.id };
    return batch
      .with({
        provider: providerBatchInfoOf(retrieved, provider),
        held: null,
        reason,
        failure: failure ?? batch.data.failure,
      })
      .to('settled', new BatchSettled({ ...ids, reason, requests }));
  }

  async #expectKnown(batchId: string): Promise<void> {
    if ((await this.batches.get(batchId)) !== null) return;
    throw new ValidationError(
      'batch.unknown',
      `there is no batch ${batchId}; \`batchmill batch list\` lists those that exist`,
    );
  }
}

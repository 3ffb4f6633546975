import { ProcessingError, ValidationError } from '@batchmill/contracts';
import {
  BatchAbandonRequested,
  BatchCancelRequested,
  BatchDeferred,
  BatchHeld,
  BatchIdle,
  BatchProcessRequested,
  BatchSettled,
  BatchSubmitted,
} from '@batchmill/contracts/events';
import { Provider, type ProviderBatch } from '@batchmill/provider';
import {
  Batches,
  Budgets,
  Runs,
  providerBatchInfoOf,
  type Batch,
  type Leased,
  type ProviderBatchInfo,
  type Run,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { Consumes, Stage, Works } from '@batchmill/stage';
import { Deferral } from './deferral.js';
import { MeasuredTurnarounds } from './measured-turnarounds.js';
import { IdleBatches } from './idle-batches.js';
import { NextPoll } from './next-poll.js';
import { Overtaking } from './overtaking.js';
import { UnendedBatches } from './unended-batches.js';
import { verdictOnBatch, type SettledVerdict } from './verdict-on-batch.js';

/** Polls a submitted batch at the provider until it is settled. */
@Stage({ name: 'status-poller', produces: [BatchSettled, BatchDeferred, BatchHeld, BatchIdle] })
export class StatusPoller {
  constructor(
    private readonly runs: Runs,
    private readonly batches: Batches,
    private readonly budgets: Budgets,
    private readonly provider: Provider,
    private readonly overtaking: Overtaking,
    private readonly idleBatches: IdleBatches,
    private readonly nextPoll: NextPoll,
    private readonly deferral: Deferral,
    private readonly unendedBatches: UnendedBatches,
    private readonly turnarounds: MeasuredTurnarounds,
  ) {}

  @Consumes(BatchCancelRequested)
  async *cancel({ batchId }: BatchCancelRequested): Transitions {
    if (!(await this.batches.requestCancel(batchId))) await this.#expectKnown(batchId);
  }

  @Consumes(BatchProcessRequested)
  async *process({ batchId }: BatchProcessRequested): Transitions {
    if (!(await this.batches.requestProcess(batchId))) await this.#expectKnown(batchId);
  }

  @Consumes(BatchAbandonRequested)
  async *abandon({ batchId, fail = false }: BatchAbandonRequested): Transitions {
    if (!(await this.batches.requestAbandon(batchId, { fail }))) await this.#expectKnown(batchId);
  }

  @Works({
    on: Batches,
    in: 'submitted',
    signaledBy: [BatchSubmitted, BatchCancelRequested, BatchProcessRequested, BatchAbandonRequested],
  })
  async *poll(batch: Leased<Batch>): Transitions<BatchSettled | BatchDeferred | BatchHeld | BatchIdle> {
    const run = await this.runs.get(batch.data.runId);
    const watched = { batch, run };
    const overtakeAt = await this.overtaking.timeOf(batch.data, run);
    const isOvertaken = await this.overtaking.overtake(batch, overtakeAt);
    const isToBeCancelled = isOvertaken || mustCancel(batch.data, run);
    let provider: ProviderBatchInfo;
    let retrieved: ProviderBatch;
    try {
      provider = infoOf(batch);
      retrieved = await this.unendedBatches.look(batch, () => this.#look(provider, isToBeCancelled));
    } catch (error) {
      await this.idleBatches.notSeen(batch);
      yield* this.unendedBatches.notSeen(watched, error);
      return;
    }
    // The key may be another one of the same account: later it counts as the one that sees the batch.
    provider = { ...provider, account: this.provider.accountInfo };
    const stall = this.unendedBatches.stallOf(watched, retrieved, isToBeCancelled);
    const verdict = verdictOnBatch(retrieved);
    const idle = await this.idleBatches.look(watched, retrieved, isToBeCancelled);
    if (verdict.kind === 'in-progress' && (yield* this.unendedBatches.giveUpIfDue(watched, stall))) return;
    switch (verdict.kind) {
      case 'in-progress':
        yield this.nextPoll.wait(watched, provider, retrieved, { stall, overtakeAt, idle });
        this.idleBatches.warn(batch, idle);
        return;
      case 'deferred':
        yield (
          (await this.deferral.defer(batch, provider, verdict, overtakeAt)) ??
          this.#settled(batch, provider, retrieved, { reason: 'failed', failure: verdict.error })
        );
        return;
      case 'settled':
        if (verdict.size !== null) await this.budgets.learnFrom(this.provider.account, batch.data, verdict.size);
        await this.turnarounds.add(batch.data, retrieved);
        yield this.#settled(batch, provider, retrieved, verdict);
    }
  }

  async #look({ providerBatchId, state }: ProviderBatchInfo, isToBeCancelled: boolean): Promise<ProviderBatch> {
    if (isToBeCancelled && state !== 'cancelling') await this.provider.cancelBatch(providerBatchId);
    return this.provider.retrieveBatch(providerBatchId);
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
        otherAccount: null,
        reason,
        failure: failure ?? batch.data.failure,
        stall: null,
        progress: null,
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

function infoOf({ id, data: { provider } }: Leased<Batch>): ProviderBatchInfo {
  if (provider === null) throw new ProcessingError('batch.not-submitted', `${id} has no provider batch`);
  return provider;
}

function mustCancel({ cancelRequestedAt, abandonment, failure }: Batch, run: Run | null): boolean {
  if (cancelRequestedAt !== null || abandonment != null || failure?.code === 'batch.overdue') return true;
  return run?.cancelRequestedAt != null;
}

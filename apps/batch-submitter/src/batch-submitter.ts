import {
  BatchAbandonRequested,
  BatchFileBuilt,
  BatchHeld,
  BatchSettled,
  BatchSubmitted,
  Clock,
  type SettledReason,
} from '@batchmill/contracts';
import {
  Batches,
  Runs,
  isPaused,
  type Batch,
  type Leased,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { Every, Stage, Works } from '@batchmill/stage';
import { ArmedBatches } from './armed-batches.js';
import { BatchCreator } from './batch-creator.js';
import { BudgetShares } from './budget-shares.js';
import { InputFiles } from './input-files.js';
import { OrphanedBatches } from './orphaned-batches.js';

/** How soon a batch that found no room in the provider's queue tries again. */
const noRoomMs = 2_000;
/** How soon a batch of a paused run is worked on again. Resuming the run makes it due at once. */
const pausedMs = 10_000;

/** Uploads a batch file and creates the provider batch, once. */
@Stage({ name: 'batch-submitter', produces: [BatchSubmitted, BatchSettled, BatchHeld] })
export class BatchSubmitter {
  constructor(
    private readonly runs: Runs,
    private readonly budgetShares: BudgetShares,
    private readonly inputFiles: InputFiles,
    private readonly armedBatches: ArmedBatches,
    private readonly batchCreator: BatchCreator,
    private readonly orphanedBatches: OrphanedBatches,
    private readonly clock: Clock,
  ) {}

  @Works({ on: Batches, in: 'built', signaledBy: [BatchFileBuilt, BatchAbandonRequested] })
  async *submit(batch: Leased<Batch>): Transitions<BatchSubmitted | BatchSettled | BatchHeld> {
    const mayCreate = yield* this.armedBatches.recover(batch);
    if (!mayCreate) return;

    const { runId, cancelRequestedAt, abandonment } = batch.data;
    const run = await this.runs.get(runId);
    if (cancelRequestedAt !== null || abandonment != null || run?.cancelRequestedAt != null) {
      await this.inputFiles.tryToDelete(batch);
      yield this.#settled(batch, 'never-sent', null);
      return;
    }
    if (isPaused(run)) {
      yield* this.#holdBack(batch);
      return;
    }
    const { inputTokens } = batch.data;
    const limit = await this.budgetShares.limitOf(batch.data);
    if (limit !== null && inputTokens > limit) {
      await this.inputFiles.delete(batch);
      const message = `the batch has ${inputTokens} tokens, and the provider's queue has room for ${limit}`;
      yield this.#settled(batch, 'too-large', { code: 'batch.too-large', message, line: null });
      return;
    }

    await this.inputFiles.upload(batch);
    if (!(await this.budgetShares.reserve(batch.data))) {
      yield batch.wait(new Date(this.clock.now().getTime() + noRoomMs));
      return;
    }
    batch.throwIfStopping();
    // Read again: a pause command may have arrived during the upload.
    if (isPaused(await this.runs.get(runId))) yield* this.#holdBack(batch);
    else yield* this.batchCreator.create(batch);
  }

  /** Cancels provider batches, and deletes input files, of this installation that no record holds. */
  @Every({ setting: 'sweepMs' })
  async *sweep(): Transitions {
    await this.orphanedBatches.handleAll();
    await this.inputFiles.deleteOrphans();
  }

  @Every(5_000)
  async *releaseBudget(): Transitions {
    await this.budgetShares.releaseUnused();
  }

  /** Lets the batch wait while its run is paused. It is not in the provider's queue, so other batches may use its share. */
  async *#holdBack(batch: Leased<Batch>): Transitions {
    await this.budgetShares.release(batch.data);
    yield batch.wait(new Date(this.clock.now().getTime() + pausedMs));
  }

  #settled(batch: Leased<Batch>, reason: SettledReason, failure: Batch['failure']): Transition<BatchSettled> {
    const { runId, claimId, requests } = batch.data;
    const event = new BatchSettled({ runId, claimId, batchId: batch.id, providerBatchId: null, reason, requests });
    return batch.with({ reason, failure }).to('settled', event);
  }
}

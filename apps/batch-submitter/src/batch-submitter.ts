import { Clock } from '@batchmill/contracts';
import {
  BatchAbandonRequested,
  BatchDeferred,
  BatchFileBuilt,
  BatchHeld,
  BatchSettled,
  BatchSubmitted,
  type SettledReason,
} from '@batchmill/contracts/events';
import { RefusedError } from '@batchmill/provider';
import {
  Batches,
  Runs,
  heldBy,
  isPaused,
  type Batch,
  type Leased,
  type Run,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { Every, Stage, StateCheck, Works } from '@batchmill/stage';
import { ArmedBatches } from './armed-batches.js';
import { BatchCreator } from './batch-creator.js';
import { BudgetShares } from './budget-shares.js';
import type { BatchSubmitterErrorCode } from './error-codes.js';
import { InputFiles } from './input-files.js';
import { RefusedSubmissions } from './refused-submissions.js';
import { SpendingLimits, type SpendingVerdict } from './spending-limits.js';
import { SynchronousAnswers } from './synchronous-answers.js';
import { SynchronousLane } from './synchronous-lane.js';
import { tooLargeFor } from './too-large-for.js';

/** How soon a batch that found no room in the provider's queue, or in a spending limit, tries again. */
const noRoomMs = 2_000;
/** How soon a batch that is held back is worked on again. Resuming a paused run makes it due at once. */
const heldBackMs = 10_000;

/** Uploads a batch file and creates the provider batch, once. */
@Stage({ name: 'batch-submitter', produces: [BatchSubmitted, BatchSettled, BatchDeferred, BatchHeld] })
export class BatchSubmitter {
  constructor(
    private readonly runs: Runs,
    private readonly lane: SynchronousLane,
    private readonly synchronousAnswers: SynchronousAnswers,
    private readonly spendingLimits: SpendingLimits,
    private readonly budgetShares: BudgetShares,
    private readonly inputFiles: InputFiles,
    private readonly armedBatches: ArmedBatches,
    private readonly batchCreator: BatchCreator,
    private readonly refusedSubmissions: RefusedSubmissions,
    private readonly stateCheck: StateCheck,
    private readonly clock: Clock,
  ) {}

  @Works({ on: Batches, in: 'built', signaledBy: [BatchFileBuilt, BatchAbandonRequested] })
  async *submit(batch: Leased<Batch>): Transitions<BatchSubmitted | BatchSettled | BatchDeferred | BatchHeld> {
    const mayCreate = yield* this.armedBatches.recover(batch);
    if (!mayCreate) return;

    const { runId, cancelRequestedAt, abandonment } = batch.data;
    const run = await this.runs.get(runId);
    if (batch.data.synchronous != null) {
      yield* this.#goOnSynchronously(batch, run);
      return;
    }
    if (cancelRequestedAt !== null || abandonment != null || run?.cancelRequestedAt != null) {
      await this.inputFiles.tryToDelete(batch);
      yield this.#settled(batch, 'never-sent', null);
      return;
    }
    if (isPaused(run)) {
      yield* this.#holdBack(batch);
      return;
    }
    const choice = await this.lane.choose(batch.data, run);
    if (choice.lane === 'synchronous' && batch.data.staysQueued !== true) {
      const { kind, message } = await this.#beginSynchronously(batch, run);
      if (kind === 'begun') yield* this.#goOnSynchronously(batch, run);
      else if (kind === 'waits') yield await this.#withoutMoney(batch, kind, message);
      if (kind !== 'no-room') return;
    }
    const tooLarge = tooLargeFor(await this.budgetShares.limitsOf(batch.data), batch.data);
    if (tooLarge !== null) {
      yield await this.#tooLarge(batch, 'batch.too-large', tooLarge);
      return;
    }
    // A batch that only waits for its turn in the queue keeps the money that an earlier look has reserved.
    if (isUploaded(batch.data) && !(await this.budgetShares.reserve(batch.data))) {
      yield batch.wait(new Date(this.clock.now().getTime() + noRoomMs));
      return;
    }
    const spending = await this.spendingLimits.reserve(batch, run);
    if (spending.kind !== 'reserved') {
      await this.budgetShares.release(batch.data);
      yield await this.#withoutMoney(batch, spending.kind, spending.message);
      return;
    }
    try {
      yield* this.#uploadAndCreate(batch);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const next = await this.refusedSubmissions.handle(batch, error, choice.until);
      yield next === 'too-large' ? await this.#tooLarge(batch, 'batch.file-too-large', error.reason) : next;
    }
  }

  /** no-room: a spending limit has none for the synchronous price. It counts more than the deadline: the batch stays in the queue. */
  async #beginSynchronously(
    batch: Leased<Batch>,
    run: Run | null,
  ): Promise<{ readonly kind: 'begun' | 'waits' | 'no-room'; readonly message: string }> {
    const verdict = await this.spendingLimits.reserve(batch, run, 'standard');
    if (verdict.kind === 'waits') return { kind: 'waits', message: verdict.message };
    if (verdict.kind !== 'reserved') {
      await batch.save({ staysQueued: true });
      return { kind: 'no-room', message: verdict.message };
    }
    await this.budgetShares.release(batch.data);
    await this.inputFiles.tryToDelete(batch);
    await batch.save({ synchronous: await this.lane.begin(batch.data) });
    return { kind: 'begun', message: '' };
  }

  /** What was begun is not given up for a pause in mid-file: its answers are paid for. */
  async *#goOnSynchronously(batch: Leased<Batch>, run: Run | null): Transitions<BatchSettled> {
    const { cancelRequestedAt, abandonment } = batch.data;
    if (cancelRequestedAt !== null || abandonment != null || run?.cancelRequestedAt != null) {
      yield* this.synchronousAnswers.end(batch);
    } else if (isPaused(run)) {
      yield batch.wait(new Date(this.clock.now().getTime() + heldBackMs));
    } else {
      yield* this.synchronousAnswers.answer(batch, { maySpare: await this.lane.maySpare(run) });
    }
  }

  async *#uploadAndCreate(batch: Leased<Batch>): Transitions<BatchSubmitted | BatchSettled> {
    const inputFile = await this.inputFiles.prepare(batch);
    if (inputFile.kind === 'pending') {
      const pending = { about: 'moment', code: null, message: 'it still processes the input file' } as const;
      yield batch.with({ held: heldBy(batch.data, pending, this.clock.now()) }).wait(inputFile.lookAt);
      return;
    }
    if (inputFile.kind === 'refused') {
      const message = `the provider could not process the input file: ${inputFile.reason}`;
      yield this.#settled(batch, 'failed', { code: 'batch.file-refused', message, line: null });
      return;
    }
    if (!(await this.budgetShares.reserve(batch.data))) {
      yield batch.wait(new Date(this.clock.now().getTime() + noRoomMs));
      return;
    }
    batch.throwIfStopping();
    // Read again: a pause command may have arrived during the upload.
    const isHeldBack = isPaused(await this.runs.get(batch.data.runId)) || !(await this.stateCheck.isOwn());
    if (isHeldBack) yield* this.#holdBack(batch);
    else yield* this.batchCreator.create(batch);
  }

  @Every(5_000)
  async *releaseBudget(): Transitions {
    await this.budgetShares.releaseUnused();
    await this.spendingLimits.releaseUnused();
  }

  /**
   * Lets the batch wait while its run is paused, or because the state was replaced, as by a restored backup: what the backup
   * has as built may have been sent since. The batch is not in the provider's queue, so others may use its share.
   */
  async *#holdBack(batch: Leased<Batch>): Transitions {
    await this.budgetShares.release(batch.data);
    await this.spendingLimits.release(batch.data);
    yield batch.wait(new Date(this.clock.now().getTime() + heldBackMs));
  }

  /** A batch that stops its run is settled unsent, and the run ends when those at the provider are ingested. */
  async #withoutMoney(
    batch: Leased<Batch>,
    kind: Exclude<SpendingVerdict['kind'], 'reserved'>,
    message: string,
  ): Promise<Transition<BatchSettled>> {
    const now = this.clock.now();
    switch (kind) {
      case 'waits': {
        const held = heldBy(batch.data, { about: 'limit', code: null, message }, now);
        return batch.with({ held }).wait(new Date(now.getTime() + noRoomMs));
      }
      case 'too-large':
        return this.#tooLarge(batch, 'batch.over-limit', message);
      case 'stops': {
        await this.inputFiles.tryToDelete(batch);
        const stopsRun = `${message}; the rest is left pending, and another run goes on with it`;
        const failure = { code: 'batch.over-limit', message, line: null } as const;
        return this.#settled(batch, 'never-sent', failure, { stopsRun });
      }
    }
  }

  async #tooLarge(
    batch: Leased<Batch>,
    code: BatchSubmitterErrorCode,
    message: string,
  ): Promise<Transition<BatchSettled>> {
    await this.inputFiles.delete(batch);
    return this.#settled(batch, 'too-large', { code, message, line: null });
  }

  #settled(
    batch: Leased<Batch>,
    reason: SettledReason,
    failure: Batch['failure'],
    changes: Pick<Batch, 'stopsRun'> = {},
  ): Transition<BatchSettled> {
    const { runId, claimId, requests } = batch.data;
    const event = new BatchSettled({ runId, claimId, batchId: batch.id, providerBatchId: null, reason, requests });
    return batch.with({ reason, failure, ...changes }).to('settled', event);
  }
}

function isUploaded({ submission: { fileId, filePendingSince } }: Batch): boolean {
  return fileId !== null && filePendingSince == null;
}

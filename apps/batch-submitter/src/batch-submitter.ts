import { Blobs } from '@batchmill/blobs';
import {
  BatchFileBuilt,
  BatchSettled,
  BatchSubmitted,
  Clock,
  ConnectionError,
  Ids,
  type SettledReason,
} from '@batchmill/contracts';
import { Provider, RefusedError, isFileGone, type ProviderBatch } from '@batchmill/provider';
import {
  Batches,
  Budgets,
  Runs,
  isPaused,
  providerBatchInfoOf,
  type Batch,
  type BudgetEntry,
  type Leased,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { EngineSettings, Every, Stage, Works } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';
import { findArmed } from './find-armed.js';
import { inputFileName } from './input-file-name.js';
import { metadataOf } from './metadata.js';
import { OrphanedBatches } from './orphaned-batches.js';
import { OrphanedFiles } from './orphaned-files.js';

/** Waiting for room in the provider's queue, a batch looks again this often. */
const noRoomMs = 2_000;
/** One of a paused run after this long, unless its run is resumed before. */
const pausedMs = 10_000;

/** Uploads a batch file and creates the provider batch, once. */
@Stage({ name: 'batch-submitter', produces: [BatchSubmitted, BatchSettled] })
export class BatchSubmitter {
  readonly #strays: OrphanedBatches;
  readonly #strayFiles: OrphanedFiles;

  constructor(
    private readonly runs: Runs,
    private readonly batches: Batches,
    private readonly budgets: Budgets,
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {
    this.#strays = new OrphanedBatches(batches, provider, settings.installation, log);
    this.#strayFiles = new OrphanedFiles(batches, provider, settings.installation, log);
  }

  @Works({ on: Batches, in: 'built', signaledBy: [BatchFileBuilt] })
  async *submit(batch: Leased<Batch>): Transitions<BatchSubmitted | BatchSettled> {
    if (batch.data.submission.armed !== null) {
      const found = yield* this.#takeOver(batch);
      if (found) return;
    }
    const { runId, cancelRequestedAt } = batch.data;
    const run = await this.runs.get(runId);
    if (cancelRequestedAt !== null || run?.cancelRequestedAt != null) {
      await this.#deleteFile(batch);
      yield this.#settled(batch, 'never-sent', null);
      return;
    }
    const entry = entryOf(batch.data);
    if (isPaused(run)) {
      yield* this.#holdBack(batch, entry);
      return;
    }
    const limit = await this.budgets.limitOf(this.provider.account, batch.data.model);
    if (limit !== null && entry.tokens > limit) {
      await this.#deleteFile(batch);
      const message = `it holds ${entry.tokens} tokens, and the provider's queue takes ${limit}`;
      yield this.#settled(batch, 'too-large', { code: 'batch.too-large', message, line: null });
      return;
    }
    await this.#upload(batch);
    if (!(await this.#reserve(batch.data, entry))) {
      yield batch.wait(new Date(this.clock.now().getTime() + noRoomMs));
      return;
    }
    batch.throwIfStopping();
    if (isPaused(await this.runs.get(runId))) yield* this.#holdBack(batch, entry);
    else yield* this.#create(batch);
  }

  /** Provider batches and files of this installation that no record holds: answers that came too late, or to nobody. */
  @Every({ setting: 'sweepMs' })
  async *sweep(): Transitions {
    await this.#strays.settleAll();
    await this.#strayFiles.deleteAll();
  }

  /** True when it ended the work: found and adopted, or to be looked for again later. */
  async *#takeOver(batch: Leased<Batch>): AsyncGenerator<Transition<BatchSubmitted>, boolean, undefined> {
    const { submission } = batch.data;
    const { armed, fileId, fileCreatedAt, fileDeletedAt } = submission;
    if (armed === null) return false;
    const now = this.clock.now();
    if (now < armed.deadline) {
      // Whoever armed it may still be waiting for the answer.
      yield batch.wait(armed.deadline);
      return true;
    }
    const found = await findArmed(this.provider, armed.key, fileCreatedAt ?? batch.data.createdAt);
    if (found !== null) {
      this.log.info('adopted a provider batch whose answer was lost', { batchId: batch.id, status: found.state });
      yield this.#submitted(batch, found, armed.key);
      return true;
    }
    if (fileDeletedAt === null) {
      // A create that is still on its way finds no file from here on.
      if (fileId !== null) await this.provider.deleteFile(fileId);
      const deleted = this.clock.now();
      yield batch
        .with({ submission: { ...submission, fileDeletedAt: deleted } })
        .wait(new Date(deleted.getTime() + this.settings.staleListMs));
      return true;
    }
    const lookAgainAt = new Date(fileDeletedAt.getTime() + this.settings.staleListMs);
    if (now < lookAgainAt) {
      yield batch.wait(lookAgainAt);
      return true;
    }
    await batch.save({
      submission: { ...submission, armed: null, fileId: null, fileCreatedAt: null, fileDeletedAt: null },
      previousAttempts: [...batch.data.previousAttempts, { key: armed.key, providerBatchId: null }],
    });
    return false;
  }

  async #upload(batch: Leased<Batch>): Promise<void> {
    const { file, fileBytes, submission } = batch.data;
    if (submission.fileId !== null || file === null) return;
    const open = (): AsyncIterable<Uint8Array> => this.blobs.read(file);
    const name = inputFileName(this.settings.installation, batch.id);
    const uploaded = await this.provider.uploadFile({ name, bytes: fileBytes, open });
    await batch.save({ submission: { ...submission, fileId: uploaded.id, fileCreatedAt: uploaded.createdAt } });
  }

  /** Nothing of it is at the provider: its share of the queue is for others as long as its run is paused. */
  async *#holdBack(batch: Leased<Batch>, entry: BudgetEntry): Transitions {
    const budget = await this.budgets.get(this.provider.account, batch.data.model);
    if (budget !== null) await this.budgets.release(budget._id, entry);
    yield batch.wait(new Date(this.clock.now().getTime() + pausedMs));
  }

  async *#create(batch: Leased<Batch>): Transitions<BatchSubmitted> {
    const { submission, url, completionWindow } = batch.data;
    const { fileId } = submission;
    if (fileId === null) return;
    const key = this.ids.next();
    const deadline = new Date(this.clock.now().getTime() + this.settings.armMs);
    await batch.save({ submission: { ...submission, armed: { key, deadline } } });
    // After this line there may be a provider batch with this key: nobody sends again without having looked for it.
    try {
      const { installation } = this.settings;
      const metadata = metadataOf({ key, batchId: batch.id, installation, traceparent: traceparentOf() });
      const created = await this.provider.createBatch({
        inputFileId: fileId,
        endpoint: url,
        completionWindow,
        metadata,
        deadline,
      });
      yield this.#submitted(batch, created, key);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      await this.#disarm(batch, error);
    }
  }

  /** The provider said no: nothing was created, and nothing needs to be looked for. */
  async #disarm(batch: Leased<Batch>, refusal: RefusedError): Promise<never> {
    const { submission } = batch.data;
    const isGone = isFileGone(refusal);
    await batch.save({
      submission: {
        ...submission,
        armed: null,
        ...(isGone ? { fileId: null, fileCreatedAt: null } : {}),
      },
    });
    if (refusal.status !== 429) throw refusal;
    throw new ConnectionError('provider.rate-limited', `${batch.id}: ${refusal.message}`, { cause: refusal });
  }

  #submitted(batch: Leased<Batch>, created: ProviderBatch, key: string): Transition<BatchSubmitted> {
    const { runId, claimId, requests, submission } = batch.data;
    const event = new BatchSubmitted({ runId, claimId, batchId: batch.id, providerBatchId: created.id, requests });
    const provider = providerBatchInfoOf(created, { key, submittedAt: this.clock.now(), polls: 0 });
    return batch.with({ provider, submission: { ...submission, armed: null } }).to('submitted', event);
  }

  #settled(batch: Leased<Batch>, reason: SettledReason, failure: Batch['failure']): Transition<BatchSettled> {
    const { runId, claimId, requests } = batch.data;
    const event = new BatchSettled({ runId, claimId, batchId: batch.id, providerBatchId: null, reason, requests });
    return batch.with({ reason, failure }).to('settled', event);
  }

  async #deleteFile(batch: Leased<Batch>): Promise<void> {
    const { submission } = batch.data;
    if (submission.fileId === null) return;
    await this.provider.deleteFile(submission.fileId);
    await batch.save({ submission: { ...submission, fileId: null, fileCreatedAt: null } });
  }

  async #reserve(batch: Batch, entry: BudgetEntry): Promise<boolean> {
    if (await this.budgets.reserve(this.provider.account, batch.model, entry)) return true;
    await this.#releaseSettled();
    return this.budgets.reserve(this.provider.account, batch.model, entry);
  }

  /** Shares of batches that are settled, or that another attempt holds by now. */
  @Every(5_000)
  async *release(): Transitions {
    await this.#releaseSettled();
  }

  async #releaseSettled(): Promise<void> {
    for await (const budget of this.budgets.find()) {
      for (const entry of budget.entries) {
        const batch = await this.batches.get(entry.batchId);
        const isOnItsWay = batch !== null && ['built', 'submitted'].includes(batch.state);
        if (isOnItsWay && batch.submission.attempt === entry.attempt) continue;
        await this.budgets.release(budget._id, entry);
      }
    }
  }
}

function entryOf({ _id, runId, submission, inputTokens }: Batch): BudgetEntry {
  return { runId, batchId: _id, attempt: submission.attempt, tokens: inputTokens };
}

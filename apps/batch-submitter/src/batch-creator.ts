import { Clock, Ids } from '@batchmill/contracts';
import { BatchSubmitted } from '@batchmill/contracts/events';
import { AccountRefusedError, Provider, RefusedError, isProviderError, type ProviderBatch } from '@batchmill/provider';
import {
  Spendings,
  providerBatchInfoOf,
  type Batch,
  type Leased,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { markIn, metadataOf } from './provider-batch-mark.js';

const fewestMsBetweenLooks = 2_000;
const afterFailedLookMs = 10_000;
/** By how much the provider's clock may be behind ours, where it names no time for the input file. */
const maxClockDifferenceMs = 24 * 3_600_000;

/**
 * Creates the provider batch of a batch, once. The provider takes no idempotency key, so we arm the submission first: we
 * save a new key, then create the provider batch with that key in its metadata. If the answer is lost, we find the
 * provider batch by the key and adopt it. If its list does not show it after the deadline of the call, we delete the input file, so that a
 * create call that is still under way fails, and wait until the list must be up to date before we create another.
 */
@Injectable()
export class BatchCreator {
  constructor(
    private readonly provider: Provider,
    private readonly spendings: Spendings,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  /** Throws a RefusedError or an AccountRefusedError when nothing was created. The submission is not armed then. */
  async *create(batch: Leased<Batch>): Transitions<BatchSubmitted> {
    const { submission, url, completionWindow } = batch.data;
    const { fileId } = submission;
    if (fileId === null) return;
    const key = this.ids.next();
    const deadline = new Date(this.clock.now().getTime() + this.settings.armMs);
    await batch.save({ submission: { ...submission, armed: { key, deadline, account: this.provider.accountInfo } } });
    // After this line a provider batch with this key may exist: no other is created before it was searched for.
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
      yield this.#submitted(batch, created, { key, adopted: false });
    } catch (error) {
      const isRefusal = error instanceof RefusedError || error instanceof AccountRefusedError;
      // The provider refused: nothing was created, and there is nothing to search for.
      if (isRefusal) await batch.save({ submission: { ...submission, armed: null } });
      throw error;
    }
  }

  /**
   * Searches for the provider batch of an armed submission. Returns true if `create` may be called. Otherwise the
   * work on the batch has ended: it was adopted, or it waits for the next search.
   */
  async *recover(batch: Leased<Batch>): AsyncGenerator<Transition<BatchSubmitted>, boolean, undefined> {
    const { submission } = batch.data;
    const { armed, fileId, fileDeletedAt } = submission;
    if (armed === null) return true;
    const now = this.clock.now();
    if (now < armed.deadline) {
      // The call may still be under way, or its answer was lost.
      yield await this.#lookEarly(batch, armed.deadline);
      return false;
    }
    const adopted = await this.adopt(batch);
    if (adopted !== null) {
      yield adopted;
      return false;
    }
    if (fileDeletedAt === null) {
      // Throws when the lease is lost: the process that has it now may have adopted the provider batch that uses the file.
      await batch.save({});
      if (fileId !== null) await this.provider.deleteFile(fileId);
      // After this line a create call that is still under way fails: its input file does not exist.
      const deletedAt = this.clock.now();
      yield batch
        .with({ submission: { ...submission, fileDeletedAt: deletedAt } })
        .wait(new Date(deletedAt.getTime() + this.settings.staleListMs));
      return false;
    }
    const listUpToDateAt = new Date(fileDeletedAt.getTime() + this.settings.staleListMs);
    if (now < listUpToDateAt) {
      yield batch.wait(listUpToDateAt);
      return false;
    }
    const { spending } = batch.data;
    if (spending != null) {
      // A list that lags more than it should may show the provider batch later. Then it was billed, so its money is not used again.
      await this.spendings.settle(spending.scopes, { batchId: batch.id, fence: spending.fence }, null);
    }
    await batch.save({
      submission: { ...submission, armed: null, fileId: null, fileCreatedAt: null, fileDeletedAt: null },
      previousAttempts: [...batch.data.previousAttempts, { key: armed.key, providerBatchId: null }],
    });
    return true;
  }

  /** A list that fails is asked again after a while, and its failure counts only after the deadline. */
  async #lookEarly(batch: Leased<Batch>, deadline: Date): Promise<Transition<BatchSubmitted>> {
    try {
      return (await this.adopt(batch)) ?? batch.wait(this.#nextLook(deadline));
    } catch (error) {
      if (!isProviderError(error)) throw error;
      const afterwards = this.clock.now().getTime() + afterFailedLookMs;
      return batch.wait(new Date(Math.min(deadline.getTime(), afterwards)));
    }
  }

  /** After as long as it has been armed, so that a lost answer is found soon and few looks are in vain. */
  #nextLook(deadline: Date): Date {
    const now = this.clock.now();
    const sinceArmedMs = now.getTime() - (deadline.getTime() - this.settings.armMs);
    return new Date(Math.min(deadline.getTime(), now.getTime() + Math.max(fewestMsBetweenLooks, sinceArmedMs)));
  }

  /** Searches for the provider batch of an armed submission, once. Null: the provider does not list it. */
  async adopt(batch: Leased<Batch>): Promise<Transition<BatchSubmitted> | null> {
    const { armed, fileCreatedAt, fileId } = batch.data.submission;
    if (armed === null) return null;
    const since = fileCreatedAt ?? new Date(batch.data.createdAt.getTime() - maxClockDifferenceMs);
    const former = batch.data.previousAttempts.flatMap(({ providerBatchId }) => providerBatchId ?? []);
    const found = await this.#find({ key: armed.key, fileId, former }, since);
    if (found === null) return null;
    this.log.info('adopted a provider batch whose create answer was lost', { batchId: batch.id, status: found.state });
    return this.#submitted(batch, found, { key: armed.key, adopted: true });
  }

  /**
   * Null if the provider lists no batch with this key. Where it keeps no metadata, the batch of our input file is it, unless it is
   * of a former attempt with that file: nobody else knows the file.
   */
  async #find({ key, fileId, former }: Sought, createdSince: Date): Promise<ProviderBatch | null> {
    const { keepsMetadata } = this.provider.profile;
    for await (const batch of this.provider.listBatches(createdSince)) {
      if (markIn(batch.metadata)?.key === key) return batch;
      const isOfFile = fileId !== null && batch.inputFileId === fileId && !former.includes(batch.id);
      if (!keepsMetadata && isOfFile) return batch;
    }
    return null;
  }

  #submitted(
    batch: Leased<Batch>,
    created: ProviderBatch,
    { key, adopted }: { readonly key: string; readonly adopted: boolean },
  ): Transition<BatchSubmitted> {
    const { runId, claimId, requests, submission } = batch.data;
    const event = new BatchSubmitted({ runId, claimId, batchId: batch.id, providerBatchId: created.id, requests });
    const ours = { key, submittedAt: this.clock.now(), polls: 0, account: this.provider.accountInfo };
    const provider = providerBatchInfoOf(created, ours);
    return batch.with({ provider, adopted, submission: { ...submission, armed: null } }).to('submitted', event);
  }
}

/** A provider batch whose create answer was lost. */
interface Sought {
  readonly key: string;
  readonly fileId: string | null;
  /** The provider batches of former attempts. */
  readonly former: readonly string[];
}

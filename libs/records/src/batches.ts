/* Long, because every question that a stage asks of batches is a method here, and no filter is written elsewhere. */

import type { Clock, Event } from '@batchmill/contracts';
import { isSameAccount, type AccountInfo } from '@batchmill/provider';
import type { Store } from '@batchmill/store';
import {
  activeBatchStates,
  notSubmitted,
  unsettledBatchStates,
  type Batch,
  type BatchState,
  type OrphanedBatch,
} from './batch.js';
import { batchOutline, type BatchOutline } from './batch-outline.js';
import { notIngested } from './ingestion.js';
import { notReprocessed } from './reprocessing.js';
import type { Abandonment } from './stalled-batch.js';
import { RecordsOfRun } from './work/records-of-run.js';
import type { Transition } from './work/transition.js';
import { freshWork } from './work/work-record.js';

type NewBatch = Pick<
  Batch,
  | 'runId'
  | 'claimId'
  | 'claimMark'
  | 'pipeline'
  | 'number'
  | 'positionAfter'
  | 'last'
  | 'file'
  | 'fileBytes'
  | 'manifest'
  | 'url'
  | 'model'
  | 'baseModel'
  | 'documents'
  | 'requests'
  | 'reuse'
  | 'unrendered'
  | 'inputTokens'
  | 'worst'
  | 'completionWindow'
  | 'traceparent'
>;

const some = { $gt: 0 };
/** Also those of which no request is sent. */
const withRequests = { $or: [{ requests: some }, { 'reuse.answers': some }, { 'reuse.copies': some }] };

/** What tells whether a batch still holds a share of a queue, or money of a limit. */
export type Holder = Pick<
  Batch,
  '_id' | 'state' | 'parked' | 'submission' | 'spending' | 'synchronous' | 'otherAccount'
>;

const holderFields = { state: 1, parked: 1, submission: 1, spending: 1, synchronous: 1, otherAccount: 1 } as const;

/** The batches of all runs. */
export class Batches extends RecordsOfRun<Batch> {
  readonly activeStates = activeBatchStates;
  readonly stageOf = {
    built: 'batch-submitter',
    submitted: 'status-poller',
    settled: 'result-ingester',
    reprocessing: 'result-ingester',
  };
  protected readonly indexes = [
    { keys: { claimId: 1 } } as const,
    // Also for the newest that were ingested.
    { keys: { runId: 1, state: 1, updatedAt: 1 } } as const,
    { keys: { runId: 1, createdAt: 1 } } as const,
    { keys: { createdAt: 1 } } as const,
    // What few batches have and is looked for all the time.
    { keys: { 'error.code': 1 } } as const,
    { keys: { 'held.about': 1 } } as const,
    { keys: { 'idle.since': 1 } } as const,
    { keys: { leftFiles: 1 } } as const,
  ];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Batch>('batches'), clock);
  }

  idIn(event: Event): string | null {
    return 'batchId' in event && typeof event.batchId === 'string' ? event.batchId : null;
  }

  /** The id of a claim's batch by its number, from 1. */
  idOf(claimId: string, number: number): string {
    return `${claimId}.b${number}`;
  }

  /** A new batch, not yet inserted: built, or settled at once when there is nothing to send. */
  new({ traceparent, ...built }: NewBatch): Batch {
    const state = built.file === null ? 'settled' : 'built';
    return {
      ...freshWork<BatchState>(this.idOf(built.claimId, built.number), state, { now: this.clock.now(), traceparent }),
      ...built,
      submission: notSubmitted,
      previousAttempts: [],
      orphans: [],
      provider: null,
      held: null,
      cancelRequestedAt: null,
      reason: state === 'settled' ? 'nothing-to-send' : null,
      failure: null,
      ingestion: notIngested,
    };
  }

  /** The batches with requests that were created last, the newest first, also of requests that are not sent; of one run when it is named. */
  latest(limit: number, runId?: string): AsyncIterable<Batch> {
    const filter = { ...withRequests, ...(runId !== undefined && { runId }) };
    return this.collection.find(filter, { sort: { createdAt: -1 }, limit });
  }

  /** The batches whose provider batch was created since then, by the provider's clock, and those made since then that have none. */
  createdSince(since: Date): AsyncIterable<Batch> {
    return this.collection.find({
      $or: [{ 'provider.createdAt': { $gte: since } }, { provider: null, createdAt: { $gte: since } }],
    });
  }

  /** What the batches with these ids that exist hold of queues and limits, by id. */
  async holdersOf(ids: Iterable<string>): Promise<ReadonlyMap<string, Holder>> {
    const found = this.collection.find({ _id: { $in: [...new Set(ids)] } }, { projection: holderFields });
    return new Map((await Array.fromAsync(found)).map((batch) => [batch._id, batch]));
  }

  /** The batches of a run, in no order, without what a forecast does not need. */
  outlineOfRun(runId: string): AsyncIterable<BatchOutline> {
    return this.collection.find({ runId }, { projection: batchOutline });
  }

  /** When batches were sent, by our clock and their ids. Those that are not at the provider are missing. */
  async sentAtOf(ids: readonly string[]): Promise<ReadonlyMap<string, Date>> {
    const sentAt = new Map<string, Date>();
    const found = this.collection.find({ _id: { $in: ids } }, { projection: { 'provider.submittedAt': 1 } });
    for await (const { _id, provider } of found as AsyncIterable<BatchOutline>) {
      if (provider != null) sentAt.set(_id, provider.submittedAt);
    }
    return sentAt;
  }

  /** The batch of a claim that was built last; null when there is none. */
  async lastOfClaim(claimId: string): Promise<Batch | null> {
    return this.collection.findOne({ claimId }, { sort: { number: -1 } });
  }

  /** The batch whose current provider batch has this id; null when there is none. */
  async ofProviderBatch(providerBatchId: string): Promise<Batch | null> {
    return this.collection.findOne({ 'provider.providerBatchId': providerBatchId });
  }

  /** True while the account has another batch in progress that is polled, and not idle. */
  async hasOtherInProgress(id: string, account: AccountInfo): Promise<boolean> {
    for await (const { _id, provider, parked, idle = null } of this.#inProgress()) {
      if (_id === id || parked || idle !== null) continue;
      if (isSameAccount(provider?.account, account)) return true;
    }
    return false;
  }

  /** How many batches at the provider are idle. */
  async countIdle(): Promise<number> {
    return this.collection.count({ state: 'submitted', 'idle.since': { $gt: new Date(0) } });
  }

  /** When the last of the batches in progress was found to go on; null: none is in progress. */
  async lastProgressOfThoseInProgress(): Promise<Date | null> {
    let latest: Date | null = null;
    for await (const { progress } of this.#inProgress()) {
      if (progress != null && (latest === null || progress.since > latest)) latest = progress.since;
    }
    return latest;
  }

  /** The batches of a claim, in no order. */
  ofClaim(claimId: string): AsyncIterable<Batch> {
    return this.collection.find({ claimId });
  }

  /** How many batches of a claim are not ingested. */
  async countUningested(claimId: string): Promise<number> {
    return this.collection.count({ claimId, state: { $in: activeBatchStates } });
  }

  /** True when a batch of the run has requests, or takes answers to earlier ones. */
  async hasRequestsOfRun(runId: string): Promise<boolean> {
    return (await this.collection.findOne({ runId, ...withRequests }, { projection: { _id: 1 } })) !== null;
  }

  /** The batches of a run that were ingested last, the newest first: those of so many requests, that ended after `since`; null: all. */
  async lastIngestedOfRun(
    runId: string,
    { count, fewestRequests, since }: { count: number; fewestRequests: number; since: Date | null },
  ): Promise<Batch[]> {
    const after = since === null ? {} : { updatedAt: { $gt: since } };
    const filter = { runId, state: 'ingested' as const, requests: { $gte: fewestRequests }, ...after };
    return Array.fromAsync(this.collection.find(filter, { sort: { updatedAt: -1 }, limit: count }));
  }

  /** The claims of a run of which a batch is not ingested. May miss one whose batch changes its state while they are read. */
  async claimsUningestedOfRun(runId: string): Promise<ReadonlySet<string>> {
    const filter = { runId, state: { $in: activeBatchStates } };
    const claims = new Set<string>();
    for await (const { claimId } of this.collection.find(filter, { projection: { claimId: 1 } })) claims.add(claimId);
    return claims;
  }

  /** The claims of a run of which a batch was ingested since then. */
  async claimsIngestedSince(runId: string, since: Date): Promise<ReadonlySet<string>> {
    const filter = { runId, state: 'ingested', updatedAt: { $gte: since } };
    const claims = new Set<string>();
    for await (const { claimId } of this.collection.find(filter, { projection: { claimId: 1 } })) claims.add(claimId);
    return claims;
  }

  /** Why a run that has asked nothing goes no further; null: it goes on. */
  async stopOfRun(runId: string): Promise<string | null> {
    const batch = await this.collection.findOne({ runId, stopsRun: { $gt: '' } });
    return batch?.stopsRun ?? null;
  }

  /** The first error of one of a run's batches that have one; null when none has. */
  async firstErrorOfRun(runId: string): Promise<string | null> {
    const batch = await this.collection.findOne({ runId, 'ingestion.firstError': { $ne: null } });
    return batch?.ingestion.firstError ?? null;
  }

  /** The batches that the provider failed or refused because of the account. They are submitted again. */
  heldByAccount(): AsyncIterable<Batch> {
    return this.collection.find({ state: { $in: unsettledBatchStates }, 'held.about': 'account' });
  }

  /** The batches that wait because the provider refuses them for now, or because they are of another account. */
  held(): AsyncIterable<Batch> {
    const waits = { $or: [{ held: { $ne: null } }, { otherAccount: { $ne: null } }] };
    return this.collection.find({ state: { $in: activeBatchStates }, ...waits });
  }

  /**
   * Takes a provider batch whose key was given up, or that was given up as lost, so that it may be cancelled. False: the
   * record does not say that of it.
   */
  async takeOrphan(id: string, { key, providerBatchId }: { key: string; providerBatchId: string }): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      {
        _id: id,
        $or: [
          {
            previousAttempts: { $elemMatch: { key, providerBatchId: null } },
            'provider.providerBatchId': { $ne: providerBatchId },
          },
          {
            reason: 'lost',
            $or: [{ 'provider.providerBatchId': providerBatchId }, { 'submission.armed.key': key }],
          },
        ],
      },
      { $addToSet: { removed: providerBatchId } },
    );
    return matched === 1;
  }

  /**
   * Takes an input file that the batch does not use any more, so that it may be deleted. `key` is that of its upload, null
   * for a file of an earlier version. False: the record does not say that of the file.
   */
  async takeOrphanedFile(id: string, { key, fileId }: { key: string | null; fileId: string }): Promise<boolean> {
    const isOurs =
      key === null
        ? { state: 'ingested' }
        : { $or: [{ 'uploads.key': key }, { 'submission.uploadKey': key, state: { $nin: unsettledBatchStates } }] };
    const isUnused = {
      $or: [{ state: 'ingested' }, { 'submission.fileId': { $ne: fileId }, 'provider.inputFileId': { $ne: fileId } }],
    };
    const { matched } = await this.collection.updateOne(
      { $and: [{ _id: id }, isOurs, isUnused] },
      { $addToSet: { removed: fileId } },
    );
    return matched === 1;
  }

  /** Records an orphan that was paid for. False: it is recorded already, or there is no such batch. */
  async recordOrphan(id: string, orphan: Omit<OrphanedBatch, 'at'>): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, 'orphans.providerBatchId': { $ne: orphan.providerBatchId } },
      { $push: { orphans: { ...orphan, at: this.clock.now() } } },
    );
    return matched === 1;
  }

  /** Records the command and makes the batch due. False: there is no such batch, or it has settled. */
  async requestCancel(id: string): Promise<boolean> {
    return (await this.#requestCancelWhere({ _id: id })) > 0;
  }

  /**
   * Records the command for every batch of a run that has not settled, and makes them due. What is parked is tried once more,
   * also results.
   */
  async requestCancelOfRun(runId: string): Promise<void> {
    await this.#requestCancelWhere({ runId });
    await this.collection.updateMany(
      { runId, state: { $in: activeBatchStates }, parked: true, isLastTry: { $ne: true } },
      { $set: { isLastTry: true, ...this.dueNow() }, $inc: { signals: 1 } },
    );
  }

  /** Records the command and makes the batch due, even if parked. False: there is no such batch, or it is ingested. */
  async requestAbandon(id: string, { fail }: Pick<Abandonment, 'fail'>): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, state: { $in: activeBatchStates } },
      { $set: { abandonment: { requestedAt: this.clock.now(), fail }, ...this.dueNow() }, $inc: { signals: 1 } },
    );
    return matched === 1;
  }

  /** Makes a submitted or settled batch due now. False: there is no such batch, or it is in another state. */
  async requestProcess(id: string): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, state: { $in: ['submitted', 'settled'] } },
      { $set: this.dueNow(), $inc: { signals: 1 } },
    );
    return matched === 1;
  }

  /**
   * Makes the submitted batch of a provider batch due now. False: there is none, or it is parked. A backoff is kept, because
   * it is of our own work.
   */
  async makeProviderBatchDue(providerBatchId: string): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { state: 'submitted', parked: false, 'provider.providerBatchId': providerBatchId },
      { $set: { nextAt: this.clock.now() }, $inc: { signals: 1 } },
    );
    return matched === 1;
  }

  /** The transition that makes an ingested batch due to be reprocessed. It changes nothing in another state. */
  requestReprocess(id: string): Transition<never> {
    return this.transition(id, { from: 'ingested', to: 'reprocessing', changes: { reprocessing: notReprocessed } });
  }

  /** A run's batches that keep answers, in the order of their creation. */
  keepingOfRun(runId: string): AsyncIterable<Batch> {
    return this.collection.find({ runId, 'ingestion.kept': { $gt: '' } }, { sort: { createdAt: 1 } });
  }

  /** Those that may name blobs. */
  withBlobs(): AsyncIterable<Batch> {
    return this.collection.find({ textsDeletedAt: null });
  }

  /**
   * Notes that the texts of an ingested batch are deleted, as it is. From then on it keeps no answers, so that it cannot be reprocessed,
   * and its blobs may be deleted. False: it is not ingested, or was reprocessed since.
   */
  async noteTextsDeleted({ _id, updatedAt, ingestion: { kept, archive }, leftBlobs = [] }: Batch): Promise<boolean> {
    const left = [kept, archive].filter((name) => name != null);
    const { matched } = await this.collection.updateOne(
      { _id, state: 'ingested', updatedAt },
      {
        $set: {
          textsDeletedAt: this.clock.now(),
          isFileDeleted: true,
          'ingestion.kept': null,
          'ingestion.archive': null,
          leftBlobs: [...leftBlobs, ...left],
        },
      },
    );
    return matched === 1;
  }

  /**
   * Replaces blobs of an ingested batch by others. `left`: those that are to be deleted then. False: it is not ingested, or was
   * reprocessed since.
   */
  async replaceBlobs(
    { _id, updatedAt, reprocessing }: Batch,
    blobs: {
      readonly manifest: string;
      readonly kept: string | null;
      readonly archive: string | null;
      /** Of the last reprocessing. */
      readonly laterArchive: string | null;
      readonly left: readonly string[];
    },
  ): Promise<boolean> {
    const { manifest, kept, archive, laterArchive, left: leftBlobs } = blobs;
    const later = reprocessing == null ? {} : { 'reprocessing.archive': laterArchive };
    const { matched } = await this.collection.updateOne(
      { _id, state: 'ingested', updatedAt, textsDeletedAt: null },
      {
        $set: {
          manifest,
          isFileDeleted: true,
          'ingestion.kept': kept,
          'ingestion.archive': archive,
          leftBlobs,
          ...later,
        },
      },
    );
    return matched === 1;
  }

  /** Replaces what was recorded of errors of an ingested batch. */
  async replaceErrorTexts(id: string, texts: Readonly<Record<string, string>>): Promise<void> {
    await this.collection.updateOne({ _id: id, state: 'ingested' }, { $set: texts });
  }

  /** Batches of which the provider still has files. */
  withLeftFiles(): AsyncIterable<Batch> {
    return this.collection.find({ leftFiles: { $gt: '' } });
  }

  /** How many files the provider still has of the batches of a run. */
  async countLeftFilesOfRun(runId: string): Promise<number> {
    const found = this.collection.find({ runId, leftFiles: { $gt: '' } }, { projection: { leftFiles: 1 } });
    return (await Array.fromAsync(found)).reduce((sum, { leftFiles = [] }) => sum + leftFiles.length, 0);
  }

  /** Notes that a file of an ingested batch is deleted. */
  async removeLeftFile(id: string, fileId: string): Promise<void> {
    await this.collection.updateOne({ _id: id }, { $pull: { leftFiles: fileId } }, { durable: false });
  }

  async *#inProgress(): AsyncGenerator<Batch, void, undefined> {
    for await (const batch of this.collection.find({ state: 'submitted' })) {
      if (batch.provider?.state === 'in_progress') yield batch;
    }
  }

  /** Repeating the command does not make a batch due again. Returns the number of batches that it applies to. */
  async #requestCancelWhere(which: { _id: string } | { runId: string }): Promise<number> {
    const live = { ...which, state: { $in: unsettledBatchStates } };
    await this.collection.updateMany(
      { ...live, cancelRequestedAt: null },
      { $set: { cancelRequestedAt: this.clock.now(), ...this.dueNow() }, $inc: { signals: 1 } },
    );
    return this.collection.count(live);
  }
}

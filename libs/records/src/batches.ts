import type { Clock, Event, SettledReason } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { notIngested, type Ingestion } from './ingestion.js';
import { Records } from './records.js';
import { freshWork, type WorkRecord } from './work-record.js';

export type BatchState = 'built' | 'submitted' | 'settled' | 'ingested';

export interface Batch extends WorkRecord<BatchState> {
  readonly runId: string;
  readonly claimId: string;
  readonly pipeline: string;
  readonly number: number;
  /** The builder goes on here. */
  readonly positionAfter: BuildPosition;
  /** The claim's last batch: nothing is inserted after it. */
  readonly last: boolean;
  /** Blob: the JSONL file for the provider; null when there is nothing to send. */
  readonly file: string | null;
  readonly fileBytes: number;
  /** Blob: a JSON line per request, in the file's order, then what could not be rendered (see `ManifestLine`). */
  readonly manifest: string;
  /** The provider's path: `/v1/embeddings`. */
  readonly url: string;
  readonly model: string;
  readonly documents: number;
  readonly requests: number;
  readonly unrendered: number;
  /** Estimated; the provider's queue limit counts these. */
  readonly inputTokens: number;
  readonly completionWindow: '24h';
  readonly submission: Submission;
  readonly previousAttempts: readonly PreviousAttempt[];
  /** Provider batches of it that were found too late: paid, and used for nothing. */
  readonly orphans: readonly OrphanedBatch[];
  readonly provider: ProviderBatchInfo | null;
  readonly cancelRequestedAt: Date | null;
  readonly reason: SettledReason | null;
  /** Why the provider, or we, ended it without answers. */
  readonly failure: { readonly code: string; readonly message: string; readonly line: number | null } | null;
  readonly ingestion: Ingestion;
}

/** The next request to build: the model's place among the run's models, and the member's in the claim. */
export interface BuildPosition {
  readonly model: number;
  readonly member: number;
}

export interface Submission {
  /** 1 for the first. */
  readonly attempt: number;
  readonly fileId: string | null;
  /** The provider's clock. */
  readonly fileCreatedAt: Date | null;
  /** Written before create is called: from here on there may be a provider batch that carries this key. */
  readonly armed: { readonly key: string; readonly deadline: Date } | null;
  /** The input file of an armed batch that no list showed was deleted then: a late create cannot use it. */
  readonly fileDeletedAt: Date | null;
}

export interface PreviousAttempt {
  readonly key: string | null;
  readonly providerBatchId: string | null;
}

export interface OrphanedBatch {
  readonly providerBatchId: string;
  /** Requests that it had answered, and that were paid. */
  readonly completed: number;
  readonly at: Date;
}

export interface ProviderBatchInfo {
  readonly batchId: string;
  readonly key: string;
  /** By our clock. */
  readonly submittedAt: Date;
  readonly state: string;
  readonly inputFileId: string;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number };
  /** Looks since it was submitted: the interval grows with them. */
  readonly polls: number;
}

export const notSubmitted: Submission = {
  attempt: 1,
  fileId: null,
  fileCreatedAt: null,
  armed: null,
  fileDeletedAt: null,
};

type Building = Pick<
  Batch,
  | 'runId'
  | 'claimId'
  | 'pipeline'
  | 'number'
  | 'positionAfter'
  | 'last'
  | 'file'
  | 'fileBytes'
  | 'manifest'
  | 'url'
  | 'model'
  | 'documents'
  | 'requests'
  | 'unrendered'
  | 'inputTokens'
  | 'completionWindow'
  | 'traceparent'
>;

export class Batches extends Records<Batch> {
  protected readonly indexes = [{ keys: { claimId: 1 } } as const, { keys: { runId: 1, state: 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Batch>('batches'), clock);
  }

  idIn(event: Event): string | null {
    return 'batchId' in event && typeof event.batchId === 'string' ? event.batchId : null;
  }

  idOf(claimId: string, number: number): string {
    return `${claimId}.b${number}`;
  }

  /** A batch as the builder makes it: built, or settled at once when there is nothing to send. */
  new({ traceparent, ...built }: Building): Batch {
    const state = built.file === null ? 'settled' : 'built';
    return {
      ...freshWork<BatchState>(this.idOf(built.claimId, built.number), state, { now: this.clock.now(), traceparent }),
      ...built,
      submission: notSubmitted,
      previousAttempts: [],
      orphans: [],
      provider: null,
      cancelRequestedAt: null,
      reason: state === 'settled' ? 'nothing-to-send' : null,
      failure: null,
      ingestion: notIngested,
    };
  }

  /** Books a provider batch that was paid and is of no use. False: it is booked already, or there is no such record. */
  async recordOrphan(id: string, orphan: Omit<OrphanedBatch, 'at'>): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, 'orphans.providerBatchId': { $ne: orphan.providerBatchId } },
      { $push: { orphans: { ...orphan, at: this.clock.now() } } },
    );
    return matched === 1;
  }

  /** Records the wish and makes the batch due. False: there is no such batch, or nothing is left to cancel. */
  async requestCancel(id: string): Promise<boolean> {
    return (await this.#wishCancel({ _id: id })) > 0;
  }

  /** The same for every batch of a run that is not settled. */
  async requestCancelOfRun(runId: string): Promise<void> {
    await this.#wishCancel({ runId });
  }

  /** Makes what is submitted or settled due now. False: there is nothing of that kind. */
  async requestProcess(id: string): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, state: { $in: ['submitted', 'settled'] } },
      { $set: this.due(), $inc: { signals: 1 } },
    );
    return matched === 1;
  }

  /** Only once for each batch: a wish that stands is not made due again and again. */
  async #wishCancel(which: { _id: string } | { runId: string }): Promise<number> {
    const live = { ...which, state: { $in: ['built', 'submitted'] } };
    await this.collection.updateMany(
      { ...live, cancelRequestedAt: null },
      { $set: { cancelRequestedAt: this.clock.now(), ...this.due() }, $inc: { signals: 1 } },
    );
    return this.collection.count(live);
  }
}

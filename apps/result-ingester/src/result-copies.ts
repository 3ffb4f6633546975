import { Clock } from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import {
  Provider,
  RefusedError,
  isProviderError,
  isSameAccount,
  type AccountInfo,
  type ProviderBatch,
} from '@batchmill/provider';
import {
  longestGapMs,
  observe,
  providerBatchInfoOf,
  providerFilesOf,
  type Batch,
  type Leased,
  type ProviderBatchInfo,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import type { Progress } from './progress.js';
import type { BatchToIngest, Slice } from './result-slices.js';
import { unshownResults } from './unshown-results.js';

/**
 * A result file is paid for. So it counts as lost only after the provider has denied it for this many times the lag of the
 * provider's lists.
 */
const lagsUntilLost = 20;

const notMissing = { fileMissingSince: null, fileMissing: null } as const;

/** The provider has no such file, or not yet. */
export class ResultFileMissing extends Error {
  constructor(readonly retryAt: Date) {
    super('the provider does not have the result file');
  }
}

/** The result file belongs to another account than the present key. */
export class ResultFileHidden extends Error {
  constructor(readonly account: AccountInfo) {
    super('the key of the account that has the result file is missing');
  }
}

type CopiedBatch = Pick<BatchToIngest, 'batch' | 'progress' | 'isGivenUp'>;

/** Copies the provider's result files into blobs, once. Every slice can then be read again from the copy. */
@Injectable()
export class ResultCopies {
  constructor(
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Reads the batch again at the provider while it shows no file of results that it has counted, and saves what it says. Call
   * it before `copy`. Returns true if it has saved something. Throws a ResultFileHidden when another key is needed for that.
   */
  async findUnshown(batch: Leased<Batch>, isGivenUp: boolean): Promise<boolean> {
    const { provider, ingestion } = batch.data;
    const isDecided = ingestion.part !== 'copy' || ingestion.offset > 0;
    if (provider === null || isDecided || unshownResults(batch.data) === null) return false;
    const retrieved = await this.#retrieve(provider, isGivenUp);
    if (retrieved === null) return false;
    const read = { provider: providerBatchInfoOf(retrieved, provider) };
    const isShown = unshownResults({ ...batch.data, ...read }) === null;
    // The file that is shown now may be denied for a while: that is counted from its beginning.
    await batch.save(isShown ? { ...read, ingestion: { ...ingestion, ...notMissing } } : read);
    return true;
  }

  /**
   * Throws a ResultFileMissing when a file must be downloaded again later, and a ResultFileHidden when another key is needed
   * for that. `progress` keeps since when a file is missing.
   */
  async *copy({ batch, progress, isGivenUp }: CopiedBatch): AsyncGenerator<Slice, void, undefined> {
    const files = providerFilesOf(batch.provider);
    const copyOf = (fileId: string | null): Promise<string | null> =>
      this.#copyOf(fileId, batch, { progress, isGivenUp });
    if (progress.offset === 0) {
      if (!isGivenUp) this.#throwUnlessShown(batch, progress);
      else if (unshownResults(batch) !== null) progress.advance({ lost: true });
      progress.advance({ output: await copyOf(files.output) });
      // An empty slice, so that the checkpoint keeps this copy when the next download fails.
      if (files.error !== null) yield { outcomes: [], end: 1 };
    }
    progress.advance({ error: await copyOf(files.error) });
  }

  /**
   * Deletes the provider's files and our copies, since all results are stored. Returns the provider's files that could not be
   * deleted. Our copy of the batch file stays where the provider has refused it, so that somebody can read the line that it names.
   */
  async cleanUp(batch: Batch, progress: Progress): Promise<{ leftFiles: string[]; isFileDeleted: boolean }> {
    const { _id, provider, submission, reuse, file, failure } = batch;
    const files = providerFilesOf(provider);
    // A provider that does not say which input file a batch has: it is the one that was sent.
    const input = provider === null ? null : (files.input ?? submission.fileId);
    const left: string[] = [];
    for (const fileId of [input, files.output, files.error]) {
      if (fileId === null) continue;
      const isDeleted = await this.#tryTo(_id, () => this.provider.deleteFile(fileId));
      if (!isDeleted) left.push(fileId);
    }
    const copies = new Set([...progress.resultFiles, reuse?.file ?? null]);
    for (const name of copies) if (name !== null) await this.#tryTo(_id, () => this.blobs.delete(name));
    const isFileDeleted = file !== null && failure === null && (await this.#tryTo(_id, () => this.blobs.delete(file)));
    return { leftFiles: left, isFileDeleted };
  }

  async #tryTo(batchId: string, deleteOne: () => Promise<void>): Promise<boolean> {
    try {
      await deleteOne();
      return true;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.log.warn('a file of an ingested batch could not be deleted', { batchId, error: message });
      return false;
    }
  }

  /** The copy's blob; null when the batch has no such file, or the file is lost. */
  async #copyOf(
    fileId: string | null,
    batch: Batch,
    { progress, isGivenUp }: Omit<CopiedBatch, 'batch'>,
  ): Promise<string | null> {
    if (fileId === null) return null;
    try {
      const { name } = await this.blobs.write(this.provider.download(fileId), '.results.jsonl');
      progress.advance(notMissing);
      return name;
    } catch (error) {
      const isMissing = error instanceof RefusedError && error.status === 404;
      if (!(isMissing || (isGivenUp && isProviderError(error)))) throw error;
      const account = batch.provider?.account;
      if (!isGivenUp && account != null && !isSameAccount(account, this.provider.accountInfo)) {
        throw new ResultFileHidden(account);
      }
      if (!isGivenUp) this.#throwUnlessLost(batch, progress, lagsUntilLost * this.settings.staleListMs);
      this.log.warn('a result file is gone; its requests are retried', { batchId: batch._id, fileId });
      progress.advance({ lost: true, ...notMissing });
      return null;
    }
  }

  /** Null when the provider does not know the batch, and when one that is given up cannot be looked at. */
  async #retrieve({ providerBatchId, account }: ProviderBatchInfo, isGivenUp: boolean): Promise<ProviderBatch | null> {
    try {
      return await this.provider.retrieveBatch(providerBatchId);
    } catch (error) {
      if (isGivenUp && isProviderError(error)) return null;
      if (!(error instanceof RefusedError && error.status === 404)) throw error;
      if (account != null && !isSameAccount(account, this.provider.accountInfo)) throw new ResultFileHidden(account);
      return null;
    }
  }

  #throwUnlessShown(batch: Batch, progress: Progress): void {
    const unshown = unshownResults(batch);
    if (unshown === null) return;
    const { lateResultsMs, staleListMs } = this.settings;
    this.#throwUnlessLost(batch, progress, unshown === 'answers' ? lateResultsMs : lagsUntilLost * staleListMs);
    progress.advance(notMissing);
    if (unshown === 'errors') return;
    // Not as lost, which would be a free retry: each further try is paid, so that each uses up an attempt.
    this.log.error('the provider counts answers and shows no file of them; they are requested and billed again', {
      batchId: batch._id,
      providerBatchId: batch.provider?.providerBatchId ?? null,
      completed: batch.provider?.counts.completed ?? 0,
    });
  }

  #throwUnlessLost({ _id, provider }: Batch, progress: Progress, afterMs: number): void {
    const now = this.clock.now();
    const { fileMissingSince, fileMissing } = progress.state;
    if (fileMissingSince === null) {
      this.log.warn('the provider does not have a result file yet; it is looked at again', {
        batchId: _id,
        providerBatchId: provider?.providerBatchId ?? null,
      });
    }
    const observed = observe(fileMissing, now, afterMs);
    if (observed.totalMs >= afterMs) return;
    progress.advance({ fileMissingSince: fileMissingSince ?? now, fileMissing: observed });
    const waitMs = Math.min(this.settings.staleListMs, longestGapMs(afterMs));
    throw new ResultFileMissing(new Date(now.getTime() + waitMs));
  }
}

import { Clock } from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import { Provider, RefusedError, isProviderError, isSameAccount, type AccountInfo } from '@batchmill/provider';
import type { Batch } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import type { Progress } from './progress.js';
import type { BatchToIngest, Slice } from './result-slices.js';

/**
 * A result file is paid for. So it counts as lost only after the provider has denied it for this many times the lag of the
 * provider's lists.
 */
const lagsUntilLost = 20;

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
   * Throws a ResultFileMissing when a file must be downloaded again later, and a ResultFileHidden when another key is needed
   * for that. `progress` keeps since when a file is missing.
   */
  async *copy({ batch, progress, isGivenUp }: CopiedBatch): AsyncGenerator<Slice, void, undefined> {
    const copyOf = (fileId: string | null): Promise<string | null> =>
      this.#copyOf(fileId, batch, { progress, isGivenUp });
    if (progress.offset === 0) {
      progress.advance({ output: await copyOf(batch.provider?.outputFileId ?? null) });
      // An empty slice, so that the checkpoint keeps this copy when the next download fails.
      yield { outcomes: [], end: 1 };
    }
    progress.advance({ error: await copyOf(batch.provider?.errorFileId ?? null) });
  }

  /** Deletes the provider's files and our copies, since all results are stored. Logs a warning when one cannot be deleted. */
  async cleanUp({ _id, provider }: Batch, progress: Progress): Promise<void> {
    const { output, error } = progress.state;
    try {
      for (const fileId of [provider?.inputFileId, provider?.outputFileId, provider?.errorFileId]) {
        if (fileId != null) await this.provider.deleteFile(fileId);
      }
      for (const name of [output, error]) if (name !== null) await this.blobs.delete(name);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.log.warn('files of an ingested batch could not be deleted', { batchId: _id, error: message });
    }
  }

  /** The copy's blob; null when the batch has no such file, or the file is lost. */
  async #copyOf(
    fileId: string | null,
    { _id, provider }: Batch,
    { progress, isGivenUp }: Omit<CopiedBatch, 'batch'>,
  ): Promise<string | null> {
    if (fileId === null) return null;
    try {
      const { name } = await this.blobs.write(this.provider.download(fileId), '.results.jsonl');
      progress.advance({ fileMissingSince: null });
      return name;
    } catch (error) {
      const isMissing = error instanceof RefusedError && error.status === 404;
      if (!(isMissing || (isGivenUp && isProviderError(error)))) throw error;
      const account = provider?.account;
      if (!isGivenUp && account != null && !isSameAccount(account, this.provider.accountInfo)) {
        throw new ResultFileHidden(account);
      }
      if (!isGivenUp) this.#throwUnlessLost(progress);
      this.log.warn('a result file is gone; its requests are retried', { batchId: _id, fileId });
      progress.advance({ lost: true, fileMissingSince: null });
      return null;
    }
  }

  #throwUnlessLost(progress: Progress): void {
    const now = this.clock.now();
    const since = progress.state.fileMissingSince ?? now;
    if (now.getTime() - since.getTime() >= lagsUntilLost * this.settings.staleListMs) return;
    progress.advance({ fileMissingSince: since });
    throw new ResultFileMissing(new Date(now.getTime() + this.settings.staleListMs));
  }
}

import type { Clock } from '@batchmill/contracts';
import type { Blobs } from '@batchmill/blobs';
import { RefusedError, type Provider } from '@batchmill/provider';
import type { Batch } from '@batchmill/records';
import type { EngineSettings } from '@batchmill/stage';
import type { Log } from '@batchmill/telemetry';
import type { Progress } from './progress.js';
import type { Slice } from './result-parts.js';

/** What was paid for is given up only after so many times the time that the provider's lists may lag behind. */
const patience = 20;

/** The provider says that it has no such file: it may not have it yet. */
export class ResultFileMissing extends Error {
  constructor(readonly lookAgainAt: Date) {
    super('a result file is not there');
  }
}

/** The provider's files are read once, into our own: from there any slice can be read again. */
export class ResultCopies {
  constructor(
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Throws a ResultFileMissing when it is to be looked for again later; `progress` remembers since when. */
  async *copy(batch: Batch, progress: Progress): AsyncGenerator<Slice, void, undefined> {
    if (progress.offset === 0) {
      progress.advance({ output: await this.#copyOf(batch.provider?.outputFileId ?? null, batch, progress) });
      yield { outcomes: [], end: 1 };
    }
    progress.advance({ error: await this.#copyOf(batch.provider?.errorFileId ?? null, batch, progress) });
  }

  /** Nobody needs the provider's files any more, nor our copies: the archive holds what was answered. What cannot be deleted does no harm. */
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

  /** Null when there is none, or none any more. */
  async #copyOf(fileId: string | null, { _id }: Batch, progress: Progress): Promise<string | null> {
    if (fileId === null) return null;
    try {
      const { name } = await this.blobs.write(this.provider.download(fileId), '.results.jsonl');
      progress.advance({ fileMissingSince: null });
      return name;
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 404)) throw error;
      this.#expectGoneForLong(progress);
      this.log.warn('a result file is gone; what it held is asked again', { batchId: _id, fileId });
      progress.advance({ lost: true, fileMissingSince: null });
      return null;
    }
  }

  #expectGoneForLong(progress: Progress): void {
    const now = this.clock.now();
    const since = progress.state.fileMissingSince ?? now;
    if (now.getTime() - since.getTime() >= patience * this.settings.staleListMs) return;
    progress.advance({ fileMissingSince: since });
    throw new ResultFileMissing(new Date(now.getTime() + this.settings.staleListMs));
  }
}

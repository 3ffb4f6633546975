import {
  BatchProcessRequested,
  BatchSettled,
  Clock,
  DocumentsRetryScheduled,
  Ids,
  ProcessingError,
  ResultsIngested,
} from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import { Pipelines } from '@batchmill/pipeline';
import { Provider, RefusedError } from '@batchmill/provider';
import {
  Batches,
  Documents,
  Runs,
  planOfRun,
  type Batch,
  type IngestionPart,
  type Leased,
  type Moves,
  type Step,
} from '@batchmill/records';
import { LineSettings, Stage, Works } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Vectors } from '@batchmill/vectors';
import { OutcomeWriter } from './outcome-writer.js';
import { Progress } from './progress.js';
import { slicesOfFile, slicesOfMissing, slicesOfUnrendered, type ResultParts, type Slice } from './result-parts.js';
import { SentRequests } from './sent-requests.js';

/** Brings the answers of a settled batch home. */
@Stage({ name: 'result-ingester', produces: [ResultsIngested, DocumentsRetryScheduled] })
export class ResultIngester {
  constructor(
    private readonly runs: Runs,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly vectors: Vectors,
    private readonly pipelines: Pipelines,
    private readonly provider: Provider,
    private readonly settings: LineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly log: Log,
  ) {}

  @Works({ on: Batches, in: 'settled', wokenBy: [BatchSettled, BatchProcessRequested] })
  async *ingest(batch: Leased<Batch>): Moves<ResultsIngested | DocumentsRetryScheduled> {
    const run = await this.runs.get(batch.data.runId);
    if (run === null) throw new ProcessingError('batch.no-run', `${batch.id}: its run is gone`);
    const plan = planOfRun(this.pipelines, run);
    const { model, provider, ingestion } = batch.data;
    const sent = await SentRequests.read(this.blobs, batch.data.manifest);
    const pricing = { model, at: provider?.createdAt ?? batch.data.createdAt, overrides: this.settings.prices };
    const progress = new Progress(ingestion, sent.requests.length, pricing);
    const { sliceLines } = this.settings;
    const parts = { plan, batch: batch.data, sent, progress, blobs: this.blobs, sliceLines };
    const { vectors, settings, clock, ids } = this;
    const documents = this.documents.of(plan);
    const writer = new OutcomeWriter(plan, batch.data, { documents, vectors, settings, clock, ids });

    for (let part = progress.part; part !== 'end'; part = progress.part) {
      for await (const slice of this.#slicesOf(part, parts)) {
        await writer.write(slice.outcomes, progress);
        progress.goOn({ offset: slice.end });
        // After this line the slice is not written again; before it, writing it again changes nothing.
        await batch.reach({ ingestion: progress.state });
      }
      progress.goOn({ part: next[part], offset: 0 });
      // The copies are noted before they are read, and that nobody reads them again before they are deleted. In between
      // every slice is noted already, and a part that has none is gone through again in no time.
      if (part === 'copy' || progress.part === 'end') await batch.reach({ ingestion: progress.state });
      else batch.pause();
    }
    await this.#cleanUp(batch.data, progress, plan.side.vectors !== null);
    yield this.#ingested(batch, progress);
  }

  async *#slicesOf(part: Exclude<IngestionPart, 'end'>, parts: ResultParts): AsyncGenerator<Slice, void, undefined> {
    const { progress } = parts;
    const { output, error, problems } = progress.state;
    switch (part) {
      case 'copy':
        yield* this.#copy(parts.batch, progress);
        return;
      case 'output':
        if (output !== null) yield* slicesOfFile(parts, output, 'answers');
        return;
      case 'error':
        if (error !== null) yield* slicesOfFile(parts, error, 'all');
        return;
      case 'problems':
        if (output !== null && problems > 0) yield* slicesOfFile(parts, output, 'problems');
        return;
      case 'missing':
        yield* slicesOfMissing(parts);
        return;
      case 'unrendered':
        yield* slicesOfUnrendered(parts);
        return;
    }
  }

  /** The provider's files are read once, into our own: from there any slice can be read again. */
  async *#copy(batch: Batch, progress: Progress): AsyncGenerator<Slice, void, undefined> {
    if (progress.offset === 0) {
      progress.goOn({ output: await this.#copyOf(batch.provider?.outputFileId ?? null, batch, progress) });
      yield { outcomes: [], end: 1 };
    }
    progress.goOn({ error: await this.#copyOf(batch.provider?.errorFileId ?? null, batch, progress) });
  }

  /** Null when there is none, or none any more. */
  async #copyOf(fileId: string | null, { _id, attempts }: Batch, progress: Progress): Promise<string | null> {
    if (fileId === null) return null;
    try {
      const { name } = await this.blobs.write(this.provider.download(fileId), '.results.jsonl');
      return name;
    } catch (error) {
      const isGone = error instanceof RefusedError && error.status === 404;
      // What was paid for is given up at the second no only.
      if (!isGone || attempts === 0) throw error;
      this.log.warn('a result file is gone; what it held is asked again', { batchId: _id, fileId });
      progress.goOn({ lost: true });
      return null;
    }
  }

  /** Nobody needs the provider's files any more, nor our copies of vectors. What cannot be deleted does no harm. */
  async #cleanUp({ _id, provider }: Batch, progress: Progress, isEmbedded: boolean): Promise<void> {
    const { output, error } = progress.state;
    try {
      for (const fileId of [provider?.inputFileId, provider?.outputFileId, provider?.errorFileId]) {
        if (fileId != null) await this.provider.deleteFile(fileId);
      }
      for (const name of isEmbedded ? [output, error] : []) if (name !== null) await this.blobs.delete(name);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.log.warn('files of an ingested batch could not be deleted', { batchId: _id, error: message });
    }
  }

  #ingested(batch: Leased<Batch>, progress: Progress): Step<ResultsIngested | DocumentsRetryScheduled> {
    const { runId, claimId, documents, requests } = batch.data;
    const { succeeded, failed, retried, tokens, cost, firstError, retryAt } = progress.state;
    const ids = { runId, claimId, batchId: batch.id };
    const ingested = new ResultsIngested({
      ...ids,
      documents,
      requests,
      succeeded,
      failed,
      retried,
      inputTokens: tokens.input,
      outputTokens: tokens.output,
      usd: cost.usd,
      error: firstError,
    });
    const events: (ResultsIngested | DocumentsRetryScheduled)[] = [ingested];
    if (retryAt !== null) {
      const notBefore = retryAt.toISOString();
      events.push(new DocumentsRetryScheduled({ ...ids, documents: retried, notBefore }));
    }
    return batch.with({ ingestion: progress.state }).to('ingested', ...events);
  }
}

const next: Readonly<Record<Exclude<IngestionPart, 'end'>, IngestionPart>> = {
  copy: 'output',
  output: 'error',
  error: 'problems',
  problems: 'missing',
  missing: 'unrendered',
  unrendered: 'end',
};

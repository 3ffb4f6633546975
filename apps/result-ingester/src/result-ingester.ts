import { Clock } from '@batchmill/contracts';
import {
  BatchAbandonRequested,
  BatchHeld,
  BatchProcessRequested,
  BatchReprocessRequested,
  BatchSettled,
  DocumentsRetryScheduled,
  ResultsIngested,
  ResultsReprocessed,
} from '@batchmill/contracts/events';
import { Blobs } from '@batchmill/blobs';
import { usdOf } from '@batchmill/models';
import {
  Batches,
  allRequestsOf,
  isGivenUp,
  type Batch,
  type Ingestion,
  type IngestionPart,
  type Leased,
  type Transitions,
  type Transition,
} from '@batchmill/records';
import { Consumes, EngineSettings, Stage, Works } from '@batchmill/stage';
import { TextsAwaited } from './awaited-vectors.js';
import { Books, tierOf } from './books.js';
import { archiveAnswers } from './archive-answers.js';
import { FreeAnswers } from './free-answers.js';
import { keepLines } from './keep-lines.js';
import { OutcomeWriter } from './outcome-writer.js';
import { Progress } from './progress.js';
import { Reprocessor } from './reprocessor.js';
import { ResultCopies, ResultFileMissing } from './result-copies.js';
import { slicesOfFile, slicesOfMissing, slicesOfUnrendered, type BatchToIngest, type Slice } from './result-slices.js';
import { SentBatches } from './sent-batches.js';
import { UningestedBatches } from './uningested-batches.js';

/** Writes the results of a settled batch into documents and the vector store, and archives its answers. */
@Stage({ name: 'result-ingester', produces: [ResultsIngested, DocumentsRetryScheduled, ResultsReprocessed, BatchHeld] })
export class ResultIngester {
  constructor(
    private readonly sentBatches: SentBatches,
    private readonly blobs: Blobs,
    private readonly copies: ResultCopies,
    private readonly freeAnswers: FreeAnswers,
    private readonly writer: OutcomeWriter,
    private readonly reprocessor: Reprocessor,
    private readonly uningestedBatches: UningestedBatches,
    private readonly books: Books,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
  ) {}

  @Works({ on: Batches, in: 'settled', signaledBy: [BatchSettled, BatchProcessRequested, BatchAbandonRequested] })
  async *ingest(batch: Leased<Batch>): Transitions<ResultsIngested | DocumentsRetryScheduled | BatchHeld> {
    const retryAt = await this.freeAnswers.retryAt(batch.data);
    if (retryAt !== null) {
      yield batch.wait(retryAt);
      return;
    }
    let progress: Progress | null = null;
    try {
      let ingested = await this.#open(batch);
      ({ progress } = ingested);
      if (await this.copies.findUnshown(batch, ingested.isGivenUp)) {
        ingested = await this.#open(batch);
        ({ progress } = ingested);
      }
      await this.#ingestParts(batch, ingested);
    } catch (error) {
      const ingestion = progress?.state ?? batch.data.ingestion;
      if (error instanceof ResultFileMissing) yield batch.with({ ingestion }).wait(error.retryAt);
      else if (error instanceof TextsAwaited)
        yield batch.with({ ingestion: { ...ingestion, awaits: error.claimId } }).wait(error.retryAt);
      else
        yield* this.uningestedBatches.handle(batch, error, async () => {
          await this.books.enter(batch.data, ingestion);
          return this.#ingested(batch, ingestion);
        });
      return;
    }
    const cleaned = await this.copies.cleanUp(batch.data, progress);
    await this.books.enter(batch.data, progress.state);
    yield this.#ingested(batch, progress.state, cleaned);
  }

  @Consumes(BatchReprocessRequested)
  requestReprocess({ batchId }: BatchReprocessRequested): Transitions {
    return this.reprocessor.request(batchId);
  }

  @Works({ on: Batches, in: 'reprocessing', signaledBy: [BatchReprocessRequested] })
  reprocess(batch: Leased<Batch>): Transitions<ResultsReprocessed> {
    return this.reprocessor.reprocess(batch);
  }

  async #open({ data: batch }: Leased<Batch>): Promise<BatchToIngest> {
    const { run, plan, sent } = await this.sentBatches.open(batch);
    const { provider, synchronous, createdAt } = batch;
    const pricing = {
      model: batch,
      at: provider?.createdAt ?? synchronous?.startedAt ?? createdAt,
      tier: tierOf(batch),
      longestInput: batch.worst?.longestInput ?? 0,
      prices: this.settings.prices,
    };
    const progress = new Progress(batch.ingestion, sent, pricing);
    const { lostAfterMs } = this.settings;
    return { plan, batch, sent, progress, isGivenUp: isGivenUp(batch, { run, lostAfterMs }) };
  }

  /** Ingests from the last checkpoint to the end of the last part. */
  async #ingestParts(batch: Leased<Batch>, ingested: BatchToIngest): Promise<void> {
    const { progress } = ingested;
    for (let part = progress.part; part !== 'end'; part = progress.part) {
      for await (const slice of this.#slicesOf(part, ingested)) {
        await this.writer.write(slice.outcomes, ingested);
        progress.advance({ offset: slice.end });
        // After this line the slice is not written again; before it, writing it again changes nothing.
        await batch.checkpoint({ ingestion: progress.state });
      }
      if (part === 'unrendered' && batch.data.provider?.usage != null) progress.reconcile(batch.data.provider.usage);
      progress.advance({ part: nextPart[part], offset: 0 });
      // The names of the copies are stored before the copies are read, and the end before they are deleted. Other parts need
      // no checkpoint when they end: that of their last slice is enough, since nothing is left to do after it.
      if (part === 'copy' || progress.part === 'end')
        await batch.checkpoint({ ingestion: progress.state, otherAccount: null });
      else batch.throwIfStopping();
    }
  }

  async *#slicesOf(
    part: Exclude<IngestionPart, 'end'>,
    ingested: BatchToIngest,
  ): AsyncGenerator<Slice, void, undefined> {
    const { progress } = ingested;
    const { output, error, problems } = progress.state;
    const { sliceLines } = this.settings;
    const reading = { blobs: this.blobs, sliceLines };
    switch (part) {
      case 'copy':
        yield* this.copies.copy(ingested);
        return;
      case 'output':
        if (output !== null) yield* slicesOfFile(ingested, output, 'answers', reading);
        return;
      case 'error':
        if (error !== null) yield* slicesOfFile(ingested, error, 'all', reading);
        return;
      case 'problems':
        if (output !== null && problems > 0) yield* slicesOfFile(ingested, output, 'problems', reading);
        return;
      case 'reuse':
        yield* this.#slicesOfFree(ingested);
        return;
      case 'missing':
        yield* slicesOfMissing(ingested, sliceLines);
        return;
      case 'unrendered':
        yield* slicesOfUnrendered(ingested, sliceLines);
        return;
      case 'keep':
        progress.advance({ kept: await keepLines(ingested, this.blobs) });
        return;
      case 'archive':
        progress.advance({ archive: await this.#archiveOf(ingested) });
        return;
    }
  }

  async *#slicesOfFree(ingested: BatchToIngest): AsyncGenerator<Slice, void, undefined> {
    const { progress } = ingested;
    if (progress.state.reused == null) {
      const file = await this.freeAnswers.fileFor(ingested);
      if (file === null) return;
      // The name is stored with the first slice.
      progress.advance({ reused: { file, answers: 0, functions: [] } });
    }
    const { reused } = progress.state;
    const { sliceLines } = this.settings;
    if (reused != null) yield* slicesOfFile(ingested, reused.file, 'all', { blobs: this.blobs, sliceLines });
  }

  /** Vectors are not archived: they are large, and the vector store has them. */
  async #archiveOf({ plan, sent, progress }: BatchToIngest): Promise<string | null> {
    if (plan.endpointPlan.vectors !== null) return null;
    return archiveAnswers({ plan, sent, files: progress.resultFiles, blobs: this.blobs, at: this.clock.now() });
  }

  #ingested(
    batch: Leased<Batch>,
    ingestion: Ingestion,
    { leftFiles, isFileDeleted }: { leftFiles: readonly string[]; isFileDeleted: boolean } = nothingCleaned,
  ): Transition<ResultsIngested | DocumentsRetryScheduled> {
    const { runId, claimId, documents } = batch.data;
    const { succeeded, failed, retried, tokens, cost, firstError, retryAt, archive = null } = ingestion;
    const ids = { runId, claimId, batchId: batch.id };
    const ingested = new ResultsIngested({
      ...ids,
      documents,
      requests: allRequestsOf(batch.data),
      succeeded,
      failed,
      retried,
      inputTokens: tokens.input,
      outputTokens: tokens.output,
      usd: usdOf(cost.nanoUsd),
      error: firstError,
      archive,
    });
    const events: (ResultsIngested | DocumentsRetryScheduled)[] = [ingested];
    if (retryAt !== null) {
      const notBefore = retryAt.toISOString();
      events.push(new DocumentsRetryScheduled({ ...ids, documents: retried, notBefore }));
    }
    const cleaned = { ...(leftFiles.length > 0 && { leftFiles }), ...(isFileDeleted && { isFileDeleted }) };
    return batch.with({ ingestion, otherAccount: null, ...cleaned }).to('ingested', ...events);
  }
}

const nothingCleaned = { leftFiles: [], isFileDeleted: false };

const nextPart: Readonly<Record<Exclude<IngestionPart, 'end'>, IngestionPart>> = {
  copy: 'output',
  output: 'error',
  error: 'problems',
  problems: 'reuse',
  reuse: 'missing',
  missing: 'unrendered',
  unrendered: 'keep',
  keep: 'archive',
  archive: 'end',
};

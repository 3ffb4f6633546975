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
import { Provider } from '@batchmill/provider';
import {
  Batches,
  Documents,
  Runs,
  planOfRun,
  type Batch,
  type IngestionPart,
  type Leased,
  type Transitions,
  type Transition,
} from '@batchmill/records';
import { EngineSettings, Stage, Works } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Vectors } from '@batchmill/vectors';
import { archiveAnswers } from './archive-answers.js';
import { OutcomeWriter } from './outcome-writer.js';
import { Progress } from './progress.js';
import { ResultCopies, ResultFileMissing } from './result-copies.js';
import { slicesOfFile, slicesOfMissing, slicesOfUnrendered, type ResultParts, type Slice } from './result-parts.js';
import { SentRequests } from './sent-requests.js';

/** Brings the answers of a settled batch home. */
@Stage({ name: 'result-ingester', produces: [ResultsIngested, DocumentsRetryScheduled] })
export class ResultIngester {
  readonly #copies: ResultCopies;

  constructor(
    private readonly runs: Runs,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly vectors: Vectors,
    private readonly pipelines: Pipelines,
    provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    log: Log,
  ) {
    this.#copies = new ResultCopies(blobs, provider, settings, clock, log);
  }

  @Works({ on: Batches, in: 'settled', signaledBy: [BatchSettled, BatchProcessRequested] })
  async *ingest(batch: Leased<Batch>): Transitions<ResultsIngested | DocumentsRetryScheduled> {
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

    try {
      await this.#bringHome(batch, parts, writer);
    } catch (error) {
      if (!(error instanceof ResultFileMissing)) throw error;
      yield batch.with({ ingestion: progress.state }).wait(error.lookAgainAt);
      return;
    }
    await this.#copies.cleanUp(batch.data, progress);
    yield this.#ingested(batch, progress);
  }

  /** From the last checkpoint to the end of the last part. */
  async #bringHome(batch: Leased<Batch>, parts: ResultParts, writer: OutcomeWriter): Promise<void> {
    const { progress } = parts;
    for (let part = progress.part; part !== 'end'; part = progress.part) {
      for await (const slice of this.#slicesOf(part, parts)) {
        await writer.write(slice.outcomes, progress);
        progress.advance({ offset: slice.end });
        // After this line the slice is not written again; before it, writing it again changes nothing.
        await batch.checkpoint({ ingestion: progress.state });
      }
      progress.advance({ part: next[part], offset: 0 });
      // The copies are noted before they are read, and that nobody reads them again before they are deleted. In between
      // every slice is noted already, and a part that has none is gone through again in no time.
      if (part === 'copy' || progress.part === 'end') await batch.checkpoint({ ingestion: progress.state });
      else batch.throwIfStopping();
    }
  }

  async *#slicesOf(part: Exclude<IngestionPart, 'end'>, parts: ResultParts): AsyncGenerator<Slice, void, undefined> {
    const { progress } = parts;
    const { output, error, problems } = progress.state;
    switch (part) {
      case 'copy':
        yield* this.#copies.copy(parts.batch, progress);
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
      case 'archive':
        progress.advance({ archive: await this.#archiveOf(parts) });
        return;
    }
  }

  /** Vectors are not archived: they are large, and stored already. */
  async #archiveOf({ plan, sent, progress, blobs }: ResultParts): Promise<string | null> {
    if (plan.endpointPlan.vectors !== null) return null;
    const files = [progress.state.output, progress.state.error].filter((name) => name !== null);
    return archiveAnswers({ plan, sent, files, blobs, at: this.clock.now() });
  }

  #ingested(batch: Leased<Batch>, progress: Progress): Transition<ResultsIngested | DocumentsRetryScheduled> {
    const { runId, claimId, documents, requests } = batch.data;
    const { succeeded, failed, retried, tokens, cost, firstError, retryAt, archive = null } = progress.state;
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
      archive,
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
  unrendered: 'archive',
  archive: 'end',
};

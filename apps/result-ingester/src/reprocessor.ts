import { Blobs } from '@batchmill/blobs';
import { Clock, ValidationError } from '@batchmill/contracts';
import { ResultsReprocessed } from '@batchmill/contracts/events';
import { encodeId } from '@batchmill/documents';
import { classifyResult, type RunPlan } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import {
  addToFunctions,
  batchMarkOf,
  Batches,
  Documents,
  marksProjection,
  noCost,
  notReprocessed,
  readLines,
  readMarks,
  requestCost,
  type Batch,
  type FunctionCost,
  type Leased,
  type Marks,
  type Reprocessing,
  type RequestedLine,
  type Transitions,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';
import { archiveAnswers } from './archive-answers.js';
import { Books, tierOf } from './books.js';
import { KeptAnswerWriter } from './kept-answer-writer.js';
import { RequestBits } from './request-bits.js';
import type { Outcome } from './result-slices.js';
import { SentBatches } from './sent-batches.js';
import type { SentRequests } from './sent-requests.js';

/** One batch while it is reprocessed. */
interface BatchToReprocess {
  readonly plan: RunPlan;
  readonly batch: Batch;
  readonly sent: SentRequests;
  /** The blob of the kept lines. */
  readonly kept: string;
}

interface Counts extends Pick<Reprocessing, 'requests' | 'documents' | 'unusable' | 'firstError'> {
  /** The indexes of the requests whose kept answer was used. */
  readonly used: readonly number[];
}

/**
 * Takes the answers that a batch keeps through the pipeline once more, as the pipeline is now. Asks the provider for nothing, so
 * it costs nothing.
 */
@Injectable()
export class Reprocessor {
  constructor(
    private readonly sentBatches: SentBatches,
    private readonly batches: Batches,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly writer: KeptAnswerWriter,
    private readonly books: Books,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
  ) {}

  /** Records the command. It changes nothing for a batch that is not ingested yet, or keeps nothing. */
  async *request(batchId: string): Transitions {
    const batch = await this.batches.get(batchId);
    if (batch === null) {
      const message = `there is no batch ${batchId}; \`batchmill batch list\` lists those that exist`;
      throw new ValidationError('batch.unknown', message);
    }
    if (batch.state === 'ingested' && batch.ingestion.kept != null) yield this.batches.requestReprocess(batchId);
  }

  async *reprocess(batch: Leased<Batch>): Transitions<ResultsReprocessed> {
    let state = batch.data.reprocessing ?? notReprocessed;
    const { kept } = batch.data.ingestion;
    if (kept != null && state.part !== 'end') {
      const { plan, sent } = await this.sentBatches.open(batch.data);
      const opened = { plan, batch: batch.data, sent, kept };
      if (state.part === 'answers') state = await this.#writeAnswers(batch, opened, state);
      const { used, ...counts } = await this.#count(opened);
      if (used.length > 0) await this.books.noteReprocessed(batch.data, await this.#costsOf(opened, used));
      const archive = await this.#archive(opened);
      state = { ...state, ...counts, archive, part: 'end', endedAt: this.clock.now() };
      // After this line the lines are not read any more, so that they can be deleted.
      await batch.checkpoint({ reprocessing: state });
    }
    const { ingestion, runId, claimId } = batch.data;
    const isAllUsed = state.unusable === 0 && ingestion.unknown === 0;
    if (isAllUsed && kept != null) await this.blobs.delete(kept);
    const { requests, documents, unusable, firstError, archive } = state;
    const ids = { runId, claimId, batchId: batch.id };
    yield batch
      .with({ reprocessing: state, ingestion: { ...ingestion, kept: isAllUsed ? null : (kept ?? null) } })
      .to('ingested', new ResultsReprocessed({ ...ids, requests, documents, unusable, error: firstError, archive }));
  }

  async #writeAnswers(batch: Leased<Batch>, opened: BatchToReprocess, from: Reprocessing): Promise<Reprocessing> {
    let state = from;
    for await (const { outcomes, end } of this.#slices(opened, from.offset)) {
      await this.writer.write(outcomes, opened);
      state = { ...state, offset: end };
      await batch.checkpoint({ reprocessing: state });
    }
    return { ...state, part: 'count' };
  }

  async *#slices(
    { plan, batch, sent, kept }: BatchToReprocess,
    from: number,
  ): AsyncGenerator<{ outcomes: Outcome[]; end: number }, void, undefined> {
    const unusable = unusableOf(batch, sent);
    let outcomes: Outcome[] = [];
    let end = from;
    for await (const line of readLines(this.blobs.read(kept, from), from)) {
      end = line.end;
      const result = parseResultLine(line.bytes);
      const index = result === null ? null : sent.indexOf(result.customId);
      const request = index === null ? undefined : sent.requests[index];
      if (result === null || index === null || request === undefined || !unusable.has(index)) continue;
      outcomes.push({ ...request, index, classified: classifyResult(plan, request.function, result) });
      if (outcomes.length < this.settings.sliceLines) continue;
      yield { outcomes, end };
      outcomes = [];
    }
    if (outcomes.length > 0) yield { outcomes, end };
  }

  /** What became of the requests whose answers were kept, by the marks of their documents. */
  async #count({ plan, batch, sent }: BatchToReprocess): Promise<Counts> {
    const unusable = unusableOf(batch, sent);
    const requests = sent.requests.flatMap((request, index) => (unusable.has(index) ? [{ ...request, index }] : []));
    const completed = new Set<string>();
    const used: number[] = [];
    const counts = { requests: 0, unusable: 0, firstError: null as string | null };
    for (let from = 0; from < requests.length; from += this.settings.sliceLines) {
      const slice = requests.slice(from, from + this.settings.sliceLines);
      const marksOf = await this.#marksOf(plan, slice);
      for (const { documentId, function: name, index } of slice) {
        const id = encodeId(documentId);
        const marks = marksOf.get(id);
        if (marks?.keptInOf(name) !== batchMarkOf(batch)) continue;
        if (marks.stateOf(name) === 'done') {
          counts.requests += 1;
          used.push(index);
          if (marks.status === plan.endpointPlan.status.completed) completed.add(id);
          continue;
        }
        counts.unusable += 1;
        const error = marks.errorOf(name);
        if (error !== null) counts.firstError ??= `${error.code}: ${error.message}`;
      }
    }
    return { ...counts, documents: completed.size, used };
  }

  /** What these answers have cost, by function, as it was booked. */
  async #costsOf(opened: BatchToReprocess, used: readonly number[]): Promise<readonly FunctionCost[]> {
    const { batch } = opened;
    const at = batch.provider?.createdAt ?? batch.synchronous?.startedAt ?? batch.createdAt;
    const isUsed = new Set(used);
    let costs: readonly FunctionCost[] = [];
    for await (const { outcomes } of this.#slices(opened, 0)) {
      for (const { index, function: name, classified } of outcomes) {
        // The first line of a request counts.
        if (index === null || opened.sent.isFree(index) || !isUsed.delete(index)) continue;
        const { usage } = classified;
        const cost = requestCost(this.settings.prices, batch, usage, at, tierOf(batch));
        costs = addToFunctions(costs, name, { usage, cost, unanswered: noCost });
      }
    }
    return costs;
  }

  async #marksOf(plan: RunPlan, requests: readonly RequestedLine[]): Promise<ReadonlyMap<string, Marks>> {
    const filter = { _id: { $in: requests.map(({ documentId }) => documentId) } };
    const marksOf = new Map<string, Marks>();
    for await (const document of this.documents.of(plan).find(filter, { projection: marksProjection(plan) })) {
      marksOf.set(encodeId(document['_id']), readMarks(plan, document));
    }
    return marksOf;
  }

  /** The answers that can be read now, for consumers. */
  async #archive({ plan, sent, kept }: BatchToReprocess): Promise<string | null> {
    if (plan.endpointPlan.vectors !== null) return null;
    return archiveAnswers({ plan, sent, files: [kept], blobs: this.blobs, at: this.clock.now() });
  }
}

function unusableOf({ ingestion }: Batch, { requests }: SentRequests): RequestBits {
  return new RequestBits(requests.length, ingestion.unusable ?? '');
}

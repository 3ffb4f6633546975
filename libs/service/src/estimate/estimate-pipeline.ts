import {
  RunEstimate,
  checkBatchable,
  modelsOf,
  planRun,
  renderRequests,
  type Estimate,
  type MeasuredDocument,
  type RunPlan,
} from '@batchmill/pipeline';
import type { Rendering } from '@batchmill/provider';
import {
  findAnswers,
  readMarks,
  requestsFor,
  reusesAnswers,
  type MissingCount,
  type ReuseByFunction,
} from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import type { Engine } from '../engine.js';
import { countMissing } from './count-missing.js';
import { documentFilters, staleIds, type DocumentFilters, type RequestedDocuments } from './document-filters.js';
import { earlierAnswers } from './earlier-answers.js';
import { RepeatedTexts } from './repeated-texts.js';
import { sampleDocuments } from './sample-documents.js';

/** Of no more documents than these all requests are made. */
const exactUpTo = 5_000;
const usualSampleSize = 500;
/** A query must not name more ids than fit into 16 MB. */
const mostStaleIds = 50_000;
/** Prompts and functions in a pipeline may be asynchronous: this many documents are rendered concurrently. */
const renderConcurrency = 16;

export interface EstimateOptions {
  /** In place of the number of documents found. */
  readonly documents?: number | undefined;
  /** Makes the requests of every document, and not those of a sample. Default: of no more than 5,000 documents. */
  readonly exact?: boolean | undefined;
  /** Documents in a sample. Default: 500. */
  readonly sampleSize?: number | undefined;
}

export interface PipelineEstimate {
  readonly pipeline: string;
  /** Documents that the run would claim now. */
  readonly claimableCount: number;
  /** Which functions those lack that have ended. Empty when all are asked again. */
  readonly missing: readonly MissingCount[];
  /** Documents that match and that the run would not claim: completed, claimed, failed, or waiting for a retry. */
  readonly others: number;
  readonly redo: RequestedDocuments['redo'];
  /** Of the claimable ones, those that are stale; missing: the run does not look for them. */
  readonly stale?: number;
  readonly estimate: Estimate;
}

/**
 * Estimates the requests, the batches and the cost of a run from its documents or a sample of them. Calls no provider, and writes
 * nothing. Answers that are kept and will be taken are left out, and so are texts that documents before them embed; that prompts of one
 * batch share an answer is not seen. Of a sample, only the texts that repeat within it are seen. Rejects with a ValidationError `run.not-batchable` when the provider is known not to take the requests in batches.
 */
export async function estimatePipeline(
  engine: Engine,
  pipeline: string,
  requested: RequestedDocuments,
  { documents, exact, sampleSize = usualSampleSize }: EstimateOptions = {},
): Promise<PipelineEstimate> {
  const plan = planRun(engine.pipelines.get(pipeline), requested);
  checkBatchable(plan, engine.provider.profile);
  const collection = engine.documents.of(plan);
  const now = engine.clock.now();
  const { matching, claimable, counted, stale } = await claimableOf(engine, plan, requested);
  const all = counted ?? (await collection.count(claimable));
  const claimableCount = Math.min(requested.limit ?? Infinity, all);
  const run = await runEstimate(engine, plan, requested.limit);
  const isExact = exact ?? claimableCount <= exactUpTo;
  const found = isExact
    ? collection.find(claimable, { sort: { _id: 1 }, limit: Math.max(1, claimableCount) })
    : (await sampleDocuments(collection, claimable, { size: sampleSize, limit: requested.limit })).documents;
  const measured = measureAll(plan, run, found, engine);
  return {
    pipeline,
    claimableCount,
    missing: all === 0 ? [] : await countMissing(collection, plan, { among: matching, now }),
    others: (await collection.count(matching)) - all,
    redo: plan.redo ?? undefined,
    ...(stale !== null && { stale }),
    estimate:
      isExact && documents === undefined
        ? await estimateExactly(run, measured)
        : await extrapolate(run, measured, documents ?? claimableCount),
  };
}

/**
 * What `estimatePipeline` finds from a sample of this size, without what it says of other documents. Reads the ids of the documents once,
 * and of a redo of stale documents what `estimatePipeline` reads.
 */
export async function estimateSample(
  engine: Engine,
  pipeline: string,
  requested: RequestedDocuments,
  size: number,
): Promise<Estimate> {
  const { limit } = requested;
  const plan = planRun(engine.pipelines.get(pipeline), requested);
  checkBatchable(plan, engine.provider.profile);
  const { claimable, counted } = await claimableOf(engine, plan, requested);
  const run = await runEstimate(engine, plan, limit);
  const { documents, among } = await sampleDocuments(engine.documents.of(plan), claimable, { size, limit });
  const count = counted === null ? among : Math.min(limit ?? Infinity, counted);
  return extrapolate(run, measureAll(plan, run, documents, engine), count);
}

interface Claimable extends DocumentFilters {
  /** How many the run would claim; null: as many as match `claimable`. Of many stale ones only the first are in that. */
  readonly counted: number | null;
  readonly stale: number | null;
}

async function claimableOf(engine: Engine, plan: RunPlan, requested: RequestedDocuments): Promise<Claimable> {
  const collection = engine.documents.of(plan);
  const now = engine.clock.now();
  const filters = await documentFilters(collection, plan, requested, now);
  if (plan.redo !== 'stale') return { ...filters, counted: null, stale: null };
  const { claimable: pending } = await documentFilters(collection, { ...plan, redo: null }, requested, now);
  const ids = await staleIds(plan, collection, filters.matching);
  return {
    matching: filters.matching,
    claimable: { $or: [pending, { _id: { $in: ids.slice(0, mostStaleIds) } }] },
    counted: (await collection.count(pending)) + ids.length,
    stale: ids.length,
  };
}

async function estimateExactly(run: RunEstimate, measured: AsyncIterable<MeasuredDocument | null>): Promise<Estimate> {
  for await (const document of measured) if (document !== null) run.add(document);
  return run.end();
}

async function extrapolate(
  run: RunEstimate,
  measured: AsyncIterable<MeasuredDocument | null>,
  documents: number,
): Promise<Estimate> {
  const sample = await Array.fromAsync(measured);
  run.addAlike(sample, documents);
  return run.end(Math.min(sample.length, documents));
}

async function runEstimate(
  { engineSettings, provider, budgets, clock, ...engine }: Engine,
  plan: RunPlan,
  limit: number | undefined,
): Promise<RunEstimate> {
  const { prices, trialDocuments } = engineSettings;
  const learned = modelsOf(plan).map(
    async ({ model }) => [model, await budgets.limitsOf(provider.account, model)] as const,
  );
  return new RunEstimate(plan, {
    prices,
    at: clock.now(),
    providerLimits: provider.profile.limits,
    earlier: await earlierAnswers({ ledger: engine.ledger, provider, clock }, plan.pipeline.name),
    learned: new Map(await Promise.all(learned)),
    trialDocuments,
    limit,
  });
}

/** Null: the run requests nothing of the document. */
async function* measureAll(
  plan: RunPlan,
  run: RunEstimate,
  documents: Iterable<Fields> | AsyncIterable<Fields>,
  { reusableAnswers: answers, embeddedTexts, provider, clock }: Engine,
): AsyncGenerator<MeasuredDocument | null, void, undefined> {
  const { address } = provider.accountInfo;
  const render = async (document: Fields): Promise<RenderedDocument> => {
    const { functions } = requestsFor(plan, readMarks(plan, document));
    return { document, functions, rendering: await renderRequests(plan, document, functions) };
  };
  const texts = new RepeatedTexts(plan);
  const measure = async (slice: readonly Fields[]): Promise<(MeasuredDocument | null)[]> => {
    const rendered = await Promise.all(slice.map(render));
    const requested = rendered.map(({ document, rendering }) => ({ document, requests: rendering.requests }));
    const found = reusesAnswers(plan)
      ? await findAnswers(plan, requested, { answers, embeddedTexts, address, now: clock.now() })
      : requested.map(() => new Map() as ReuseByFunction);
    return rendered.map(({ document, functions, rendering }, index) => {
      const reused = texts.add(found[index] ?? new Map());
      return functions.length === 0 ? null : run.measure(document, functions, rendering, reused);
    });
  };
  let slice: Fields[] = [];
  for await (const document of documents) {
    slice.push(document);
    if (slice.length < renderConcurrency) continue;
    yield* await measure(slice);
    slice = [];
  }
  yield* await measure(slice);
}

interface RenderedDocument {
  readonly document: Fields;
  readonly functions: readonly string[];
  readonly rendering: Rendering;
}

/** How many documents a run would claim now. */
export async function countClaimable(engine: Engine, pipeline: string, requested: RequestedDocuments): Promise<number> {
  const plan = planRun(engine.pipelines.get(pipeline), requested);
  const { claimable, counted } = await claimableOf(engine, plan, requested);
  return Math.min(requested.limit ?? Infinity, counted ?? (await engine.documents.of(plan).count(claimable)));
}

/* Long, because half of it is the public shape of a report, with what each of its numbers counts. */

import type { Endpoint } from '@batchmill/contracts';
import { usdOf } from '@batchmill/models';
import {
  addCost,
  addFailed,
  addDocuments,
  addSavings,
  endedRunStates,
  allRequestsOf,
  noCost,
  noDocuments,
  noSavings,
  savedOf,
  withoutBatchmill,
  type AliasMove,
  type Batch,
  type Cost,
  type DocumentCounts,
  type FailedRequests,
  type MissingCount,
  type Run,
  type RunRequest,
  type RunState,
  type UnknownIds,
} from '@batchmill/records';
import type { Engine } from '../engine.js';
import { predictedOf, type PredictedRun } from './predicted-run.js';
import { addUnusedWork, lostWorkOf, noUnusedWork, orphanedWorkOf, type UnusedWork } from './unused-work.js';
import { DeadlineSums, type DeadlineReport } from './deadline-report.js';
import { noProspect, reportProspect, type Prospect } from './prospect.js';
import { RunOutlooks, type BatchCounts, type RunOutlook } from './run-outlook.js';
import { earlier, waitingFor, waitingOf, type Waiting } from './waiting.js';

/** A run as commands show it and as `--json` prints it. */
export interface RunReport {
  readonly runId: string;
  readonly pipeline: string | null;
  readonly endpoint: Endpoint | null;
  /** As it was requested; null while the run is awaited. */
  readonly request: RunRequest | null;
  /** Requested ids of which there is no document; null: there are none. */
  readonly unknownIds: UnknownIds | null;
  /** Which functions the documents lacked that had ended when the run took them. */
  readonly missing: readonly MissingCount[];
  /** How many of the documents were stale when the run took them. 0 also where it does not look for them. */
  readonly stale: number;
  /** What became at its end of the alias of its vectors; null: it did not point elsewhere, or there is none. */
  readonly aliasMove: AliasMove | null;
  /** The functions and parameters that the run took, with defaults, and the models of its batches. */
  readonly functions: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly models: readonly string[];
  /** `parked`: only parked work is left. `held`: only work that waits for another key, or is parked. */
  readonly status: RunState | 'parked' | 'held';
  /** Why the run was rejected, or stopped after its trial. */
  readonly reason: string | null;
  /** What the run waits for because something went wrong; null: nothing, or it has ended. */
  readonly waiting: Waiting | null;
  /** Documents. While the run is running: those claimed so far. */
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The first error of one of the batches that have one. */
  readonly firstError: string | null;
  /** Requests that failed for good, by error code, the most first. */
  readonly errors: readonly FailedRequests[];
  /** Still pending. */
  readonly left: number;
  /** Deleted, or claimed by another run before this one was done with them. That run counts them. */
  readonly takenOver: number;
  /** Answers that could not be used and are kept. `batchmill batch reprocess` takes them through the pipeline again. */
  readonly keptAnswers: number;
  /** What reprocessing kept answers has brought. The other counts stay as they were when the run ended. */
  readonly reprocessed: { readonly answers: number; readonly documents: number };
  readonly requests: number;
  /** Of these, how many were not sent, because they take the answer to one that is the same. */
  readonly reusedRequests: number;
  readonly batches: number;
  readonly tokens: { readonly input: number; readonly output: number };
  /** Null when the price of a model is unknown. `savedUsd`: by the ledger, as in `savings`; null where it does not know it. */
  readonly cost: {
    readonly usd: number | null;
    readonly synchronousUsd: number | null;
    readonly savedUsd: number | null;
  };
  /** By the ledger: what was saved, the waste subtracted, of what the same would have cost. Null: nothing was billed or reused, or a price is unknown. */
  readonly savings: { readonly savedUsd: number; readonly ofUsd: number } | null;
  /** What an estimate said before the run began; null: none was made. */
  readonly predicted: PredictedRun | null;
  /** The most that the run may spend, in US dollars, and what is reserved now for batches whose cost is not known yet. */
  readonly limitUsd: number | null;
  readonly reservedUsd: number;
  /** Null: the run has no deadline. */
  readonly deadline: DeadlineReport | null;
  /** Batches whose answers were given up, all or some of them: the provider may bill them. */
  readonly lost: UnusedWork;
  /** Provider batches that were found too late to be used: they were billed. */
  readonly orphaned: UnusedWork;
  readonly startedAt: string | null;
  /** Null: not paused. A paused run begins nothing new. */
  readonly pausedAt: string | null;
  /** Why it paused itself; null: it did not. */
  readonly pauseReason: string | null;
  readonly finishedAt: string | null;
  /** When our copies of its texts were deleted, with the answers that it kept; null: they were not. */
  readonly textsDeletedAt: string | null;
  readonly progress: RunProgress;
  readonly outlook: RunOutlook;
}

/**
 * How far a run is. `claimed` and `processed` count documents, `parked` records, `held` and `idle` batches; the others count
 * requests.
 */
export interface RunProgress {
  readonly scanEnded: boolean;
  /** The run goes on when its first few documents are answered. */
  readonly awaitsTrial: boolean;
  /** Documents that it will find, as they were counted at its begin; null: they were not. */
  readonly expected: number | null;
  readonly claimed: number;
  /** Documents that have ended, at least. */
  readonly processed: number;
  readonly built: number;
  readonly submitted: number;
  /** Of those submitted, by the last poll. */
  readonly doneAtProvider: number;
  readonly settled: number;
  readonly answered: number;
  readonly givenUp: number;
  /** Sent again, or waiting for that, and not ended. */
  readonly retrying: number;
  readonly parked: number;
  /** Batches that wait for the key of another account. */
  readonly held: number;
  /** Batches at the provider of which no request has ended for too long. */
  readonly idle: number;
  readonly batches: BatchCounts;
}

export async function reportRun(engine: Engine, run: Run): Promise<RunReport> {
  const sums = await sumUp(engine, run);
  const { documents, cost, tokens, requests, batches, progress } = sums;
  const isEnded = endedRunStates.includes(run.state);
  const { succeeded, failed, left, takenOver } = documents;
  const counted = succeeded + failed + left + takenOver;
  const savings = await savingsOf(engine, run._id);
  const isStuck = run.state === 'running' && sums.workable === 0;
  return {
    runId: run._id,
    pipeline: run.pipeline,
    endpoint: run.endpoint,
    request: run.request,
    unknownIds: run.unknownIds ?? null,
    missing: run.scan.missing ?? [],
    stale: run.scan.stale ?? 0,
    aliasMove: run.aliasMove ?? null,
    functions: run.functions,
    parameters: run.parameters,
    models: sums.models,
    status: statusOf(run, isStuck, progress),
    reason: run.reason ?? run.error?.message ?? null,
    waiting: isEnded ? null : (sums.waiting ?? waitingFor(engine.readiness)),
    total: isEnded ? counted : Math.max(counted, progress.claimed),
    succeeded,
    failed,
    firstError: sums.firstError,
    errors: sums.errors.toSorted((a, b) => b.requests - a.requests),
    left,
    takenOver,
    reusedRequests: sums.reusedRequests,
    keptAnswers: sums.keptAnswers,
    reprocessed: sums.reprocessed,
    requests,
    batches,
    tokens,
    cost: costOf(cost, savings),
    savings: savings === 'unknown' || savings === 'nothing' ? null : savings,
    predicted: run.predicted === undefined ? null : predictedOf(run.predicted),
    limitUsd: run.spendingLimits?.ofRun == null ? null : usdOf(run.spendingLimits.ofRun),
    reservedUsd: isEnded ? 0 : usdOf((await engine.spendings.get({ of: 'run', runId: run._id }))?.reserved ?? 0),
    deadline: await sums.deadline.report(engine, run),
    lost: sums.lost,
    orphaned: sums.orphaned,
    pausedAt: isEnded ? null : (run.pausedAt?.toISOString() ?? null),
    pauseReason: isEnded || run.pausedAt === null ? null : (run.pauseReason ?? null),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    textsDeletedAt: run.textsDeletedAt?.toISOString() ?? null,
    progress,
    outlook: sums.outlook,
  };
}

/** nothing: nothing was billed. unknown: a price is. */
async function savingsOf(
  { ledger }: Engine,
  runId: string,
): Promise<NonNullable<RunReport['savings']> | 'nothing' | 'unknown'> {
  let savings = noSavings;
  for await (const entry of ledger.entries({ runId })) savings = addSavings(savings, entry);
  const { requests, reusedAnswers, unpriced } = savings.counts;
  if (unpriced > 0) return 'unknown';
  if (requests + reusedAnswers === 0) return 'nothing';
  return { savedUsd: usdOf(savedOf(savings)), ofUsd: usdOf(withoutBatchmill(savings)) };
}

function statusOf({ state, parked }: Run, isStuck: boolean, progress: RunProgress): RunReport['status'] {
  if (parked) return 'parked';
  if (isStuck && progress.held > 0) return 'held';
  return isStuck && progress.parked > 0 ? 'parked' : state;
}

interface Sums {
  readonly documents: DocumentCounts;
  readonly cost: Cost;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly requests: number;
  readonly reusedRequests: number;
  readonly batches: number;
  readonly progress: RunProgress;
  readonly outlook: RunOutlook;
  readonly lost: UnusedWork;
  readonly orphaned: UnusedWork;
  readonly firstError: string | null;
  readonly errors: readonly FailedRequests[];
  readonly models: readonly string[];
  readonly waiting: Waiting | null;
  readonly deadline: DeadlineSums;
  readonly keptAnswers: number;
  readonly reprocessed: RunReport['reprocessed'];
  /** Records that are worked on or will be. */
  readonly workable: number;
}

async function sumUp(engine: Engine, run: Run): Promise<Sums> {
  const { claims, batches, engineSettings } = engine;
  const { prices } = engineSettings;
  const outlooks = new RunOutlooks();
  const prospect = await prospectOf(engine, run);
  // That is said in numbers.
  const isQueueKnown = prospect.waits.some(({ for: kind, queue }) => kind === 'queue' && queue !== null);
  const deadline = new DeadlineSums();
  let documents = noDocuments;
  let claimed = 0;
  let parked = 0;
  let workable = 0;
  let waiting = waitingOf(run);
  const built: string[] = [];
  for await (const claim of claims.ofRun(run._id)) {
    outlooks.addClaim(claim);
    documents = addDocuments(documents, claim.counts ?? noDocuments);
    if (claim.kind === 'scan') claimed += claim.documents;
    waiting = earlier(waiting, waitingOf(claim));
    if (claim.parked) parked += 1;
    else if (claim.state === 'built') built.push(claim._id);
    else if (claim.state !== 'done') workable += 1;
  }
  let cost = noCost;
  let requests = 0;
  let count = 0;
  const tokens = { input: 0, output: 0 };
  const byState = { built: 0, submitted: 0, settled: 0, ingested: 0, reprocessing: 0 };
  let doneAtProvider = 0;
  let answered = 0;
  let givenUp = 0;
  let firstError: string | null = null;
  let errors: readonly FailedRequests[] = [];
  const models = new Set<string>();
  let reusedRequests = 0;
  let keptAnswers = 0;
  const reprocessed = { answers: 0, documents: 0 };
  let held = 0;
  let idle = 0;
  let lost = noUnusedWork;
  let orphaned = noUnusedWork;
  for await (const batch of batches.ofRun(run._id)) {
    const { ingestion, state } = batch;
    outlooks.addBatch(batch);
    deadline.add(batch, prices.batchRateOf(batch, batch.createdAt));
    requests += allRequestsOf(batch);
    reusedRequests += allRequestsOf(batch) - batch.requests;
    if (batch.requests > 0) count += 1;
    byState[state] += allRequestsOf(batch);
    if (state === 'submitted') doneAtProvider += batch.provider?.counts.completed ?? 0;
    answered += ingestion.succeeded;
    givenUp += ingestion.failed;
    firstError ??= ingestion.firstError;
    errors = addFailed(errors, ingestion.errors ?? []);
    models.add(batch.model);
    keptAnswers += keptAnswersOf(batch);
    reprocessed.answers += batch.reprocessing?.requests ?? 0;
    reprocessed.documents += batch.reprocessing?.documents ?? 0;
    tokens.input += ingestion.tokens.input;
    tokens.output += ingestion.tokens.output;
    cost = addCost(cost, ingestion.cost);
    const isSaid = isQueueKnown && batch.held?.about === 'queue' && batch.error === null;
    if (state !== 'ingested' && !isSaid) waiting = earlier(waiting, waitingOf(batch));
    lost = addUnusedWork(lost, lostWorkOf(batch, prices));
    orphaned = addUnusedWork(orphaned, orphanedWorkOf(batch, prices));
    if (state === 'submitted' && batch.idle != null) idle += 1;
    if (batch.parked) parked += 1;
    else if (batch.otherAccount != null) held += 1;
    else if (state !== 'ingested') workable += 1;
  }
  const progress = {
    scanEnded: run.scan.ended,
    awaitsTrial: !run.scan.ended && (run.scan.awaitsTrial ?? false),
    expected: run.scan.expected ?? null,
    claimed,
    processed: outlooks.processed,
    built: byState.built,
    submitted: byState.submitted,
    doneAtProvider,
    settled: byState.settled,
    answered,
    givenUp,
    retrying: outlooks.retrying,
    parked,
    held,
    idle,
    batches: outlooks.batches,
  };
  return {
    documents,
    cost,
    tokens,
    requests,
    reusedRequests,
    batches: count,
    progress,
    outlook: outlooks.of(run, prospect),
    lost,
    orphaned,
    firstError,
    errors,
    models: [...models],
    deadline,
    waiting,
    keptAnswers,
    reprocessed,
    workable: workable + (parked + held > 0 ? 0 : built.length),
  };
}

async function prospectOf({ runForecasts, readiness, clock }: Engine, run: Run): Promise<Prospect> {
  if (endedRunStates.includes(run.state)) return noProspect;
  return reportProspect(await runForecasts.of(run, readiness.outages), clock.now());
}

function keptAnswersOf({ ingestion, reprocessing }: Batch): number {
  if (ingestion.kept == null) return 0;
  return reprocessing?.endedAt == null ? (ingestion.unusableAnswers ?? 0) : reprocessing.unusable;
}

/**
 * What the synchronous price is more is not saved where answers were paid and not used, or asked again. The ledger knows both. It has
 * no entries of runs of earlier versions.
 */
function costOf(
  { nanoUsd, synchronousNanoUsd, incomplete }: Cost,
  savings: Awaited<ReturnType<typeof savingsOf>>,
): RunReport['cost'] {
  if (incomplete) return { usd: null, synchronousUsd: null, savedUsd: null };
  const isNothing = savings === 'nothing' && nanoUsd === 0;
  return {
    usd: usdOf(nanoUsd),
    synchronousUsd: usdOf(synchronousNanoUsd),
    savedUsd: typeof savings === 'object' ? savings.savedUsd : isNothing ? 0 : null,
  };
}

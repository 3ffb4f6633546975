import { completionWindowMs, type Clock } from '@batchmill/contracts';
import type { Pipelines } from '@batchmill/pipeline';
import { allRequestsOf } from '../batch.js';
import type { BatchOutline } from '../batch-outline.js';
import type { Batches } from '../batches.js';
import type { Budget, Budgets } from '../budgets.js';
import type { DeadlineForecasts } from '../deadline/deadline-forecasts.js';
import { lateMs } from '../deadline/deadline-forecast.js';
import { planOfRun } from '../plan-of-run.js';
import type { Rate, Rates } from '../rates/rates.js';
import type { Run } from '../runs.js';
import type { Turnarounds } from '../turnarounds.js';
import type { TurnaroundSample } from '../turnaround-sample.js';
import { batchesToBuild } from './batches-to-build.js';
import { lagsIn, paceIn } from './measured-times.js';
import type { QueuedBatch } from './play-queue.js';
import { forecastRun, type QueueOutlook, type RunForecast } from './run-forecast.js';
import { isIngested, type ModelWork, type RunWork } from './run-work.js';
import type { RunWorks } from './run-works.js';
import { synchronousMsOf } from './synchronous-time.js';
import { obstacleIn, waitsOf, type RunWait, type SharedQueue, type WaitFacts } from './waits-of-run.js';

/** What a run waits for, and when it is done. */
export interface RunProspect extends Pick<RunForecast, 'forecast' | 'unknown'> {
  readonly waits: readonly RunWait[];
  /** Of requests. */
  readonly counts: {
    readonly requests: number;
    readonly submitted: number;
    readonly answered: number;
    readonly failed: number;
  };
}

export interface ProspectSources {
  readonly works: RunWorks;
  readonly batches: Batches;
  readonly budgets: Budgets;
  readonly turnarounds: Turnarounds;
  readonly rates: Rates;
  readonly deadlines: DeadlineForecasts;
  readonly pipelines: Pipelines;
  readonly clock: Clock;
  /** How long a run waits for its trial at most. */
  readonly trialWaitMs: number;
  /** The account for which calls are made. */
  readonly account: () => string;
}

/** A prospect is used again for this long. Making one takes up to a tenth of a second. */
const keptMs = 2_000;

/** Says of runs what they wait for and when they are done. It has the one rule for that: reports, events and metrics ask it. */
export class RunForecasts {
  readonly #kept = new Map<string, { readonly until: number; readonly of: string; readonly prospect: RunProspect }>();

  constructor(private readonly sources: ProspectSources) {}

  /** As it was some seconds ago. `outages`: of this process. */
  async of(run: Run, outages: WaitFacts['outages'] = []): Promise<RunProspect> {
    const { clock } = this.sources;
    const now = clock.now();
    for (const [id, { until }] of this.#kept) if (now.getTime() >= until) this.#kept.delete(id);
    const of = JSON.stringify([run.state, run.pausedAt, outages.map(({ message }) => message)]);
    const kept = this.#kept.get(run._id);
    if (kept?.of === of) return kept.prospect;
    const prospect = await this.#read(run, now, outages);
    this.#kept.set(run._id, { until: now.getTime() + keptMs, of, prospect });
    return prospect;
  }

  async #read(run: Run, now: Date, outages: WaitFacts['outages']): Promise<RunProspect> {
    const work = await this.sources.works.of(run);
    const models = [...new Set(work.models.map(({ model }) => model))];
    const budgets = new Map<string, SharedBudget>();
    for (const model of models) budgets.set(model, await this.#budgetOf(model));
    const queues = new Map([...budgets].map(([model, { shared }]) => [model, shared]));
    const facts = { run, work, queues, rates: await this.#ratesOf(work), outages, rooms: new Map<string, Date>(), now };
    const { forecast, unknown, rooms } = await this.#forecast(facts, budgets);
    return { forecast, unknown, waits: waitsOf({ ...facts, rooms }), counts: countsOf(work) };
  }

  async #forecast(facts: WaitFacts, budgets: ReadonlyMap<string, SharedBudget>): Promise<RunForecast> {
    const { run, work, rates, now } = facts;
    const { turnarounds, account } = this.sources;
    if (run.state !== 'running') return { forecast: null, unknown: obstacleIn(waitsOf(facts)), rooms: new Map() };
    const samples = new Map<ModelWork, readonly TurnaroundSample[]>();
    for (const model of work.models) {
      samples.set(model, await turnarounds.samplesOf(account(), model.model, model.url));
    }
    const pace = paceIn(work.batches, [...samples.values()].flat());
    const queues: QueueOutlook[] = [];
    for (const [model, ofModel] of samples) {
      const budget = budgets.get(model.model);
      if (budget === undefined) continue;
      const queue = this.#queueOf(facts, model, { ...budget, samples: ofModel, pace });
      const { inQueue, waiting, unbuilt, retries } = queue;
      const own = [...inQueue, ...waiting].filter(({ runId }) => runId === run._id);
      if (own.length + unbuilt.length + retries.length > 0) queues.push(queue);
    }
    return forecastRun({
      runId: run._id,
      now,
      queues,
      lagsMs: lagsIn(work.batches, pace),
      synchronousMs: synchronousMsOf(work, rates),
      isIngesting: work.batches.some(({ state }) => state === 'settled'),
      noLaterThan: await this.#noLaterThan(run, work, now),
      obstacle: obstacleIn(waitsOf(facts)) ?? unknownWork(run, work),
    });
  }

  #queueOf(
    { run, now }: WaitFacts,
    model: ModelWork,
    {
      shared,
      others,
      samples,
      pace,
    }: SharedBudget & { readonly samples: readonly TurnaroundSample[]; readonly pace: number },
  ): QueueOutlook {
    const { trialWaitMs } = this.sources;
    const own = model.unfinished.filter(({ synchronous }) => synchronous == null);
    const queued = (batch: BatchOutline): QueuedBatch => {
      return { runId: run._id, tokens: batch.inputTokens, requests: batch.requests };
    };
    const sent = own.filter(({ state }) => state === 'submitted');
    const toSend = own.filter(({ state }) => state === 'built');
    const trial = sent[0];
    const isTrial = !run.scan.ended && run.scan.awaitsTrial === true && trial !== undefined;
    const { tokens, requests } = shared.limits;
    const { withRetries, batches, retried, requests: asked } = model.ended;
    const ofBatches = withRetries / Math.max(1, batches);
    return {
      model: model.model,
      turnaroundSeconds: samples.map(({ seconds }) => seconds / pace),
      windowMs:
        (Math.max(0, ...own.map(({ completionWindow }) => completionWindowMs(completionWindow))) || dayMs) / pace,
      limits: { tokens: tokens ?? Infinity, requests: requests ?? Infinity },
      inQueue: [
        ...sent.map((batch) => {
          const sentAt = batch.provider?.submittedAt;
          return { ...queued(batch), ageMs: ageOf(sentAt, now), seenMs: ageOf(sentAt, batch.updatedAt) };
        }),
        ...others.inQueue
          .filter(({ runId }) => runId !== run._id)
          .map(({ sentAt, ...share }) => {
            return { ...share, ageMs: ageOf(sentAt, now) };
          }),
      ],
      waiting: [...toSend.map(queued), ...others.waiting.filter(({ runId }) => runId !== run._id)],
      unbuilt: batchesToBuild(run, model, { tokens, batchSize: this.#batchSizeOf(run) }),
      trialMs: isTrial ? Math.max(0, trialWaitMs - ageOf(trial.provider?.submittedAt, now)) : null,
      retries: model.rests.map(({ inputTokens, requests: again, retryAt }) => {
        return { runId: run._id, tokens: inputTokens, requests: again, inMs: Math.max(0, ageOf(now, retryAt ?? now)) };
      }),
      retried: { batches: ofBatches, part: ofBatches === 0 ? 0 : Math.min(1, retried / (asked * ofBatches)) },
    };
  }

  async #budgetOf(model: string): Promise<SharedBudget> {
    const { budgets, batches, account } = this.sources;
    const budget = await budgets.get(account(), model);
    const limits = await budgets.limitsOf(account(), model);
    if (budget === null) {
      const shared = { held: 0, heldRequests: 0, limits, waiting: new Map<string, Date>() };
      return { shared, others: { inQueue: [], waiting: [] } };
    }
    const waiting = budgets.waitingIn(budget);
    const sentAt = await batches.sentAtOf(budget.shares.map(({ batchId }) => batchId));
    return {
      shared: {
        held: budget.held,
        heldRequests: budget.heldRequests,
        limits,
        waiting: new Map(waiting.map(({ batchId, waitingSince }) => [batchId, waitingSince])),
      },
      others: {
        inQueue: budget.shares.map((share) => ({ ...queuedOf(share), sentAt: sentAt.get(share.batchId) })),
        waiting: waiting.map(queuedOf),
      },
    };
  }

  async #ratesOf({ batches }: RunWork): Promise<ReadonlyMap<string | null, Rate>> {
    const { rates, account } = this.sources;
    const built = batches.filter(({ state }) => state === 'built');
    const inLane = built.filter(({ synchronous }) => synchronous != null);
    const models: (string | null)[] = [...new Set(inLane.map(({ model }) => model))];
    if (inLane.length < built.length) models.push(null);
    const found = models.map(async (model) => [model, await rates.of(account(), model)] as const);
    return new Map(await Promise.all(found));
  }

  /** Null: it has no deadline, or a spending limit keeps a batch in the queue. */
  async #noLaterThan(run: Run, { batches }: RunWork, now: Date): Promise<Date | null> {
    if (batches.some((batch) => batch.staysQueued === true && !isIngested(batch))) return null;
    const deadline = await this.sources.deadlines.of(run);
    return deadline === null ? null : new Date(deadline.deadlineAt.getTime() + lateMs(deadline, now));
  }

  /** Null: the pipeline is gone, or has changed. */
  #batchSizeOf(run: Run): number | null {
    try {
      return planOfRun(this.sources.pipelines, run).endpointPlan.batchSize;
    } catch {
      return null;
    }
  }
}

const dayMs = 24 * 3_600_000;

interface SharedBudget {
  readonly shared: SharedQueue;
  /** Of all runs. */
  readonly others: {
    readonly inQueue: readonly (QueuedBatch & { readonly sentAt: Date | undefined })[];
    readonly waiting: readonly QueuedBatch[];
  };
}

function queuedOf({ runId, tokens, requests }: Budget['shares'][number]): QueuedBatch {
  return { runId, tokens, requests };
}

function unknownWork({ scan }: Run, { unscanned, claimed, models }: RunWork): string | null {
  if (unscanned === null) return 'it is not known how many documents the run will find';
  if (models.length > 0) return null;
  return claimed + unscanned > 0 || !scan.ended ? 'its first batches are not built yet' : null;
}

function countsOf({ batches }: RunWork): RunProspect['counts'] {
  const counts = { requests: 0, submitted: 0, answered: 0, failed: 0 };
  for (const { state, ingestion, ...batch } of batches) {
    counts.requests += allRequestsOf(batch);
    if (state === 'submitted') counts.submitted += batch.requests;
    counts.answered += ingestion.succeeded;
    counts.failed += ingestion.failed;
  }
  return counts;
}

function ageOf(since: Date | undefined, now: Date): number {
  return since === undefined ? 0 : Math.max(0, now.getTime() - since.getTime());
}

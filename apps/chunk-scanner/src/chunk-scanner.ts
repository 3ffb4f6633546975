import {
  ChunksSelected,
  Clock,
  ResultsIngested,
  RunAccepted,
  RunCancelRequested,
  RunFinished,
  RunPauseRequested,
  RunRejected,
  RunRequested,
  RunResumeRequested,
  ValidationError,
  isBatchmillError,
} from '@batchmill/contracts';
import { Blobs } from '@batchmill/blobs';
import { Pipelines, storageTargetsOf, type RunPlan } from '@batchmill/pipeline';
import { Provider } from '@batchmill/provider';
import {
  Batches,
  Claims,
  Documents,
  Runs,
  isPaused,
  planOfRun,
  type Claim,
  type Leased,
  type Transitions,
  type Run,
  type Transition,
} from '@batchmill/records';
import {
  Consumes,
  ConsumesUnusable,
  EngineSettings,
  Stage,
  Works,
  type Received,
  type Unusable,
} from '@batchmill/stage';
import { Log, traceparentOf } from '@batchmill/telemetry';
import { Vectors } from '@batchmill/vectors';
import { ClaimCloser } from './claim-closer.js';
import { ClaimOpener } from './claim-opener.js';
import { documentIdsFilter } from './document-ids-filter.js';
import { gatherPage } from './gather-page.js';
import { preflight } from './preflight.js';
import { rejectionOf } from './rejection-of.js';
import { requestOf } from './request-of.js';
import { RunCloser } from './run-closer.js';
import { runIdOf } from './run-id-of.js';

const awaitedForMs = 24 * 3_600_000;
/** The scan waits for the stages behind it this long, then looks again. */
const throttledMs = 250;
/** A run that waits for results is woken by them; this is for those that no message told of. */
const idleMs = 5_000;

/** Finds the documents of a run, claims them page by page, closes its claims, and ends it. */
@Stage({ name: 'chunk-scanner', produces: [RunAccepted, RunRejected, ChunksSelected, RunFinished] })
export class ChunkScanner {
  readonly #opener: ClaimOpener;
  readonly #closer: ClaimCloser;
  readonly #runCloser: RunCloser;

  constructor(
    private readonly runs: Runs,
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly documents: Documents,
    blobs: Blobs,
    private readonly pipelines: Pipelines,
    private readonly vectors: Vectors,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    log: Log,
  ) {
    this.#opener = new ClaimOpener(claims, documents, blobs, clock, log);
    this.#closer = new ClaimCloser(claims, documents, blobs, this.#opener, settings, clock);
    this.#runCloser = new RunCloser(claims, batches, clock);
  }

  @Consumes(RunRequested)
  async *request(event: RunRequested, received: Received): Transitions {
    const runId = runIdOf(event.runId, received.id);
    const request = requestOf(event);
    yield this.runs.insertion(this.runs.new(runId, request, traceparentOf() ?? received.traceparent));
    // A wish may have come before its request: the run that it awaits is filled in.
    const changes = { pipeline: event.pipeline, request };
    yield this.runs.transition(runId, { from: 'awaited', to: 'requested', changes });
  }

  @ConsumesUnusable(RunRequested)
  async *answerUnusable({ id, fields, reason }: Unusable): Transitions<RunRejected> {
    const runId = runIdOf(fields['runId'], id);
    const pipeline = typeof fields['pipeline'] === 'string' ? fields['pipeline'] : null;
    const run = this.runs.new(runId, null, traceparentOf());
    yield this.runs.insertion(
      { ...run, state: 'rejected', pipeline, reason, finishedAt: this.clock.now() },
      new RunRejected({ runId, pipeline, reason }),
    );
  }

  @Consumes(RunCancelRequested)
  async *wishCancel({ runId }: RunCancelRequested): Transitions {
    yield this.#awaiting(runId, { cancelRequestedAt: this.clock.now() });
    await this.runs.requestCancel(runId);
  }

  @Consumes(RunPauseRequested)
  async *wishPause({ runId }: RunPauseRequested, { at }: Received): Transitions {
    yield this.#awaiting(runId, { pausedAt: at, lastPauseCommandAt: at });
    await this.runs.requestPause(runId, at);
  }

  @Consumes(RunResumeRequested)
  async *wishResume({ runId }: RunResumeRequested, { at }: Received): Transitions {
    yield this.#awaiting(runId, { lastPauseCommandAt: at });
    await this.runs.requestResume(runId, at);
    await this.claims.makeDue(runId, 'sealed');
    await this.batches.makeDue(runId, 'built');
  }

  @Works({ on: Runs, in: 'awaited' })
  async *giveUpAwaiting(run: Leased<Run>): Transitions<RunRejected> {
    const until = new Date(run.data.createdAt.getTime() + awaitedForMs);
    if (this.clock.now() < until) {
      yield run.wait(until);
      return;
    }
    yield rejectionOf(run, 'it was to be cancelled, paused or resumed, and its request never came', this.clock);
  }

  @Works({ on: Runs, in: 'requested', signaledBy: [RunRequested] })
  async *begin(run: Leased<Run>): Transitions<RunAccepted | RunRejected> {
    try {
      const { request } = run.data;
      if (request === null) throw new ValidationError('run.no-request', `${run.id} has no request`);
      const plan = planOfRun(this.pipelines, {
        ...run.data,
        endpoint: request.endpoint ?? null,
        parameters: request.parameters ?? {},
      });
      const { documents, vectors, provider } = this;
      await preflight(plan, { documents, vectors, provider });
      const { endpoint, parameters, pipeline } = plan;
      const functions = [...plan.functions];
      yield run
        .with({
          pipelineHash: pipeline.hash,
          storageTargets: storageTargetsOf(plan),
          endpoint,
          functions,
          parameters,
          startedAt: this.clock.now(),
        })
        .to('running', new RunAccepted({ runId: run.id, pipeline: pipeline.name, endpoint, functions }));
    } catch (error) {
      if (!isBatchmillError(error) || error.kind !== 'ValidationError') throw error;
      yield rejectionOf(run, error.message, this.clock);
    }
  }

  @Works({
    on: Runs,
    in: 'running',
    signaledBy: [RunAccepted, RunCancelRequested, RunResumeRequested, ResultsIngested],
  })
  async *scan(run: Leased<Run>): Transitions<ChunksSelected | RunFinished> {
    const plan = planOfRun(this.pipelines, run.data);
    if (!isPaused(run.data)) {
      for (const claim of await this.#claimsOf(run, 'open')) yield* this.#opener.finish(run, plan, claim);
    }

    let lookAgainMs = idleMs;
    if (run.data.cancelRequestedAt !== null) {
      if (!run.data.scan.ended) await run.save({ scan: { ...run.data.scan, ended: true } });
      await this.claims.expedite(run.id);
      await this.batches.requestCancelOfRun(run.id);
      lookAgainMs = throttledMs;
    }
    while (!run.data.scan.ended && !(await this.#isPausedNow(run))) {
      if (await this.#hasEnoughWaiting(run)) {
        lookAgainMs = throttledMs;
        break;
      }
      yield* this.#scanPage(run, plan);
      run.throwIfStopping();
    }

    let lookAgainAt = new Date(this.clock.now().getTime() + lookAgainMs);
    for (const claim of await this.#claimsOf(run, 'built')) {
      if ((await this.batches.count({ claimId: claim._id, state: { $ne: 'ingested' } })) > 0) continue;
      const mayAskAgain = !(await this.#isPausedNow(run));
      yield* this.#closer.close(run, plan, claim, { mayAskAgain }, (dueAt) => {
        if (dueAt < lookAgainAt) lookAgainAt = dueAt;
      });
      run.throwIfStopping();
    }

    const unfinished = await this.claims.count({ runId: run.id, state: { $ne: 'done' } });
    if (run.data.scan.ended && unfinished === 0) yield* this.#runCloser.close(run);
    else yield run.wait(lookAgainAt);
  }

  async *#scanPage(run: Leased<Run>, plan: RunPlan): Transitions<ChunksSelected> {
    const { scan, request } = run.data;
    const room = request?.limit === undefined ? Infinity : request.limit - scan.selected;
    if (room <= 0) {
      await run.save({ scan: { ...scan, ended: true } });
      return;
    }
    const page = await gatherPage(
      this.documents.of(plan),
      plan,
      {
        runId: run.id,
        from: scan.position,
        among: documentIdsFilter(plan.pipeline.source.documentIdField, request?.documents),
        maxMembers: Math.min(plan.endpointPlan.batchSize, room),
        maxMs: this.settings.claimMs,
      },
      this.clock,
    );
    if (page.members.length === 0) {
      await run.save({ scan: { ...scan, position: page.position, ended: page.ended } });
      return;
    }
    yield* this.#opener.open(run, plan, {
      kind: 'scan',
      previousClaimId: null,
      positionAfter: page.position,
      scanEnds: page.ended,
      gathered: page.members,
    });
  }

  /** A wish may have come since the run was taken. */
  async #isPausedNow(run: Leased<Run>): Promise<boolean> {
    return isPaused(await this.runs.get(run.id));
  }

  async #hasEnoughWaiting(run: Leased<Run>): Promise<boolean> {
    const sealed = await this.claims.count({ runId: run.id, state: 'sealed' });
    const built = await this.batches.count({ runId: run.id, state: 'built' });
    return sealed + built >= this.settings.maxWaitingBatches;
  }

  /** Read to the end before anything is done with them: what is done changes what is read. */
  async #claimsOf(run: Leased<Run>, state: Claim['state']): Promise<Claim[]> {
    return Array.fromAsync(this.claims.find({ runId: run.id, state }, { sort: { number: 1 } }));
  }

  /** A run of which there is only a wish as yet; nothing when there is one of that id. */
  #awaiting(runId: string, command: Partial<Run>): Transition<never> {
    const due = new Date(this.clock.now().getTime() + awaitedForMs);
    return this.runs.insertion({ ...this.runs.new(runId, null, traceparentOf()), ...command, nextAt: due });
  }
}

import { Clock } from '@batchmill/contracts';
import {
  ChunksSelected,
  ResultsIngested,
  ResultsReprocessed,
  RunAccepted,
  RunCancelRequested,
  RunFinished,
  RunLimitRequested,
  RunPauseRequested,
  RunProgressed,
  RunRejected,
  RunRequested,
  RunResumeRequested,
} from '@batchmill/contracts/events';
import { Pipelines, type RunPlan } from '@batchmill/pipeline';
import { Runs, isPaused, planOfRun, type Leased, type Run, type Transitions } from '@batchmill/records';
import { Consumes, ConsumesUnusable, Stage, Works, type Received, type Unusable } from '@batchmill/stage';
import { Breaker } from './breaker.js';
import { ClaimCloser } from './claim-closer.js';
import { ClaimOpener } from './claim-opener.js';
import { ClaimReleaser, isMissingBlob } from './claim-releaser.js';
import { DocumentScanner } from './document-scanner.js';
import { ProgressReporter } from './progress-reporter.js';
import { RunCloser } from './run-closer.js';
import { RunCommands } from './run-commands.js';
import { RunStarter } from './run-starter.js';

/** How soon a run is worked on again while it is being cancelled, enough of its batches wait for submission, or its first is built. */
const busyPollMs = 250;
/** How soon otherwise. Events signal a run that waits for results: this finds the runs whose signal was lost. */
const idlePollMs = 5_000;

/** Finds the documents of a run, claims them page by page, closes its claims and ends the run. */
@Stage({ name: 'chunk-scanner', produces: [RunAccepted, RunRejected, ChunksSelected, RunProgressed, RunFinished] })
export class ChunkScanner {
  constructor(
    private readonly commands: RunCommands,
    private readonly runStarter: RunStarter,
    private readonly pipelines: Pipelines,
    private readonly claimOpener: ClaimOpener,
    private readonly documentScanner: DocumentScanner,
    private readonly breaker: Breaker,
    private readonly claimCloser: ClaimCloser,
    private readonly claimReleaser: ClaimReleaser,
    private readonly runCloser: RunCloser,
    private readonly progress: ProgressReporter,
    private readonly clock: Clock,
  ) {}

  @Consumes(RunRequested)
  request(event: RunRequested, received: Received): Transitions {
    return this.commands.request(event, received);
  }

  @ConsumesUnusable(RunRequested)
  rejectUnusable(unusable: Unusable): Transitions<RunRejected> {
    return this.commands.rejectUnusable(unusable);
  }

  @Consumes(RunCancelRequested)
  cancel(event: RunCancelRequested): Transitions {
    return this.commands.cancel(event);
  }

  @Consumes(RunPauseRequested)
  pause(event: RunPauseRequested, received: Received): Transitions {
    return this.commands.pause(event, received);
  }

  @Consumes(RunResumeRequested)
  resume(event: RunResumeRequested, received: Received): Transitions {
    return this.commands.resume(event, received);
  }

  @Consumes(RunLimitRequested)
  limit(event: RunLimitRequested, received: Received): Transitions {
    return this.commands.limit(event, received);
  }

  @Works({ on: Runs, in: 'awaited' })
  awaitRequest(run: Leased<Run>): Transitions<RunRejected> {
    return this.commands.awaitRequest(run);
  }

  @Works({ on: Runs, in: 'requested', signaledBy: [RunRequested] })
  start(run: Leased<Run>): Transitions<RunAccepted | RunRejected> {
    return this.runStarter.start(run);
  }

  @Works({
    on: Runs,
    in: 'running',
    signaledBy: [RunAccepted, RunCancelRequested, RunResumeRequested, ResultsIngested, ResultsReprocessed],
  })
  async *scan(run: Leased<Run>): Transitions<ChunksSelected | RunProgressed | RunFinished> {
    const isCancelled = run.data.cancelRequestedAt !== null;
    const plan = this.#planOf(run.data);
    if (plan === null) {
      yield* this.#endWithoutPlan(run);
      return;
    }
    try {
      yield* this.#scanBy(run, plan, isCancelled);
    } catch (error) {
      if (!isCancelled || !isMissingBlob(error)) throw error;
      yield* this.#endWithoutPlan(run);
    }
  }

  async *#scanBy(
    run: Leased<Run>,
    plan: RunPlan,
    isCancelled: boolean,
  ): Transitions<ChunksSelected | RunProgressed | RunFinished> {
    await this.breaker.watch(run);
    if (!isPaused(run.data)) yield* this.claimOpener.sealOpen(run, plan);
    if (isCancelled) await this.commands.carryOutCancel(run);
    const scanStop = yield* this.documentScanner.scan(run, plan);

    const pollMs = isCancelled || scanStop === 'throttled' || scanStop === 'unasked' ? busyPollMs : idlePollMs;
    const pollAt = new Date(this.clock.now().getTime() + pollMs);
    const retryAt = yield* this.claimCloser.closeIngested(run, plan);

    if (await this.runCloser.canClose(run)) {
      yield* this.runCloser.close(run, plan);
      return;
    }
    const progressed = await this.progress.progressOf(run);
    if (progressed === null) yield run.wait(retryAt !== null && retryAt < pollAt ? retryAt : pollAt);
    else yield this.progress.say(run, progressed);
  }

  /** Null: the run is cancelled, and its pipeline is gone or was changed. It ends all the same. */
  #planOf(run: Run): RunPlan | null {
    try {
      return planOfRun(this.pipelines, run);
    } catch (error) {
      if (run.cancelRequestedAt === null) throw error;
      return null;
    }
  }

  async *#endWithoutPlan(run: Leased<Run>): Transitions<RunFinished> {
    await this.commands.carryOutCancel(run);
    yield* this.claimReleaser.release(run);
    if (await this.runCloser.canClose(run)) yield* this.runCloser.close(run, null);
    else yield run.wait(new Date(this.clock.now().getTime() + busyPollMs));
  }
}

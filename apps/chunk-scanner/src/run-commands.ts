import { Clock, runIdPattern } from '@batchmill/contracts';
import {
  RunRejected,
  type RunCancelRequested,
  type RunLimitRequested,
  type RunPauseRequested,
  type RunRequested,
  type RunResumeRequested,
} from '@batchmill/contracts/events';
import {
  Batches,
  Claims,
  Runs,
  checkSameRun,
  runRequestOf,
  type Leased,
  type Run,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import type { Received, Unusable } from '@batchmill/stage';
import { traceparentOf } from '@batchmill/telemetry';
import { nanoUsdOf } from '@batchmill/models';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { rejectRun } from './run-starter.js';

/** A cancel, pause or resume command may arrive this much earlier than the request of its run. */
const awaitRequestMs = 24 * 3_600_000;

/** Records the commands for runs. A command that is delivered twice changes nothing the second time. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly runs: Runs,
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly clock: Clock,
  ) {}

  async *request(event: RunRequested, received: Received): Transitions {
    const runId = runIdOf(event.runId, received.id);
    const request = runRequestOf(event);
    yield this.runs.insert(this.runs.new(runId, request, traceparentOf() ?? received.traceparent));
    // A command for the run may have arrived before this request: then the run is already stored as awaited.
    const changes = { pipeline: event.pipeline, request };
    yield this.runs.transition(runId, { from: 'awaited', to: 'requested', changes });
    // Thrown, it makes the message a dead letter, and a rejected run with the id of the message says why.
    const run = await this.runs.get(runId);
    if (run !== null) checkSameRun(run, event);
  }

  /**
   * A message that names neither a run nor a pipeline is nobody's run: only its dead letter tells of it. A right request that
   * was refused names the run of another request, so its own has the id of the message.
   */
  async *rejectUnusable({ id, fields, wasRead, reason }: Unusable): Transitions<RunRejected> {
    const pipeline = typeof fields['pipeline'] === 'string' ? fields['pipeline'] : null;
    if (pipeline === null && typeof fields['runId'] !== 'string') return;
    const runId = runIdOf(wasRead ? null : fields['runId'], id);
    const run = this.runs.new(runId, null, traceparentOf());
    yield this.runs.insert(
      { ...run, state: 'rejected', pipeline, reason, finishedAt: this.clock.now() },
      new RunRejected({ runId, pipeline, reason }),
    );
  }

  async *cancel({ runId }: RunCancelRequested): Transitions {
    yield this.#insertAwaited(runId, { cancelRequestedAt: this.clock.now() });
    await this.runs.requestCancel(runId);
  }

  async *pause({ runId }: RunPauseRequested, { at }: Received): Transitions {
    yield this.#insertAwaited(runId, { pausedAt: at, lastPauseCommandAt: at });
    await this.runs.requestPause(runId, at);
  }

  async *resume({ runId }: RunResumeRequested, { at }: Received): Transitions {
    yield this.#insertAwaited(runId, { lastPauseCommandAt: at });
    await this.runs.requestResume(runId, at);
    await this.claims.makeDue(runId, 'sealed');
    await this.batches.makeDue(runId, 'built');
  }

  /** A run that is not known yet has the limit of its request: that is where its sender says it. */
  async *limit({ runId, maxUsd }: RunLimitRequested, { at }: Received): Transitions {
    await this.runs.setSpendingLimit(runId, nanoUsdOf(maxUsd), at);
    await this.batches.makeDue(runId, 'built');
  }

  /** Rejects a run whose request does not arrive in time. */
  async *awaitRequest(run: Leased<Run>): Transitions<RunRejected> {
    const until = new Date(run.data.createdAt.getTime() + awaitRequestMs);
    if (this.clock.now() < until) yield run.wait(until);
    else yield rejectRun(run, 'a command to cancel, pause or resume it arrived, but its request never did', this.clock);
  }

  /** Ends the scan of a cancelled run, and makes the other stages cancel its claims and batches. */
  async carryOutCancel(run: Leased<Run>): Promise<void> {
    if (!run.data.scan.ended) await run.save({ scan: { ...run.data.scan, ended: true } });
    await this.claims.expedite(run.id);
    await this.batches.requestCancelOfRun(run.id);
  }

  /** Stores the command with a run that awaits its request. Changes nothing if the run exists. */
  #insertAwaited(runId: string, command: Partial<Run>): Transition<never> {
    const due = new Date(this.clock.now().getTime() + awaitRequestMs);
    return this.runs.insert({ ...this.runs.new(runId, null, traceparentOf()), ...command, nextAt: due });
  }
}

/** The requested id if it is a valid run id, else the message's id, hashed if that is not valid either. */
function runIdOf(requestedId: unknown, messageId: string): string {
  if (typeof requestedId === 'string' && runIdPattern.test(requestedId)) return requestedId;
  if (runIdPattern.test(messageId)) return messageId;
  return createHash('sha256').update(messageId).digest('hex').slice(0, 32);
}

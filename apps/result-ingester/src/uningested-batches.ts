import { Clock, isDependencyUnavailable } from '@batchmill/contracts';
import { type BatchHeld } from '@batchmill/contracts/events';
import { isProviderError } from '@batchmill/provider';
import {
  InterruptedError,
  LeaseLostError,
  Runs,
  describeHold,
  hold,
  recordedError,
  stallWithoutState,
  type Batch,
  type Leased,
  type Transition,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { ResultFileHidden } from './result-copies.js';

/** How soon a batch of a cancelled run is tried again after the provider refused a result file. */
const refusedMs = 10_000;
/** How often an ingestion that must end may fail by other causes before it ends without the rest. */
const maxAttempts = 3;

/**
 * What becomes of settled batches that cannot be ingested: they are held, or end without the rest when their run is cancelled or
 * they are abandoned.
 */
@Injectable()
export class UningestedBatches {
  constructor(
    private readonly runs: Runs,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Throws the error again where the work is to be retried as any other. `end` is the transition without the rest. */
  async *handle<E extends Transition>(
    batch: Leased<Batch>,
    error: unknown,
    end: () => Promise<E>,
  ): AsyncGenerator<E | Transition<BatchHeld>, void, undefined> {
    const { data } = batch;
    const now = this.clock.now();
    const run = await this.runs.get(data.runId);
    const isCancelled = run?.cancelRequestedAt != null;
    const look = { now, run, lostAfterMs: this.settings.lostAfterMs };
    if (error instanceof ResultFileHidden) {
      const { account } = error;
      if (data.otherAccount == null) this.log.error(describeHold(data, { account }), { batchId: batch.id });
      yield hold(batch, account, now, isCancelled ? { stall: stallWithoutState(data, 'other-account', look) } : {});
    } else if (isCancelled && isProviderError(error)) {
      await batch.save({ stall: stallWithoutState(data, 'unreachable', look) });
      if (isDependencyUnavailable(error)) throw error;
      yield batch.wait(new Date(now.getTime() + refusedMs));
    } else if ((isCancelled || data.abandonment != null) && isOwnFailure(error) && isTriedEnough(data)) {
      const { message } = recordedError(error, now);
      await batch.save({ failure: { code: 'batch.not-ingested', message, line: null } });
      const logged =
        'the run is cancelled, or the batch abandoned: it ends without the rest of its results; the result files are kept';
      this.log.error(logged, { batchId: batch.id, error: message });
      yield await end();
    } else throw error;
  }
}

/** What was parked is tried once more. */
function isTriedEnough({ isLastTry, abandonment, error, attempts }: Batch): boolean {
  return isLastTry === true || (abandonment != null && error !== null) || attempts + 1 >= maxAttempts;
}

function isOwnFailure(error: unknown): boolean {
  return !isDependencyUnavailable(error) && !(error instanceof LeaseLostError) && !(error instanceof InterruptedError);
}

import { Clock, isDependencyUnavailable, type BatchHeld } from '@batchmill/contracts';
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
/** How often the ingestion for a cancelled run may fail by other causes before the run ends without it. */
const maxAttempts = 3;

/** What becomes of settled batches that cannot be ingested: they are held, or do not keep a cancelled run from ending. */
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
    end: () => E,
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
    } else if (isCancelled && isOwnFailure(error) && data.attempts + 1 >= maxAttempts) {
      const { message } = recordedError(error, now);
      await batch.save({ failure: { code: 'batch.not-ingested', message, line: null } });
      const logged = 'the run is cancelled and ends without the rest of these results; the result files are kept';
      this.log.error(logged, { batchId: batch.id, error: message });
      yield end();
    } else throw error;
  }
}

function isOwnFailure(error: unknown): boolean {
  return !isDependencyUnavailable(error) && !(error instanceof LeaseLostError) && !(error instanceof InterruptedError);
}

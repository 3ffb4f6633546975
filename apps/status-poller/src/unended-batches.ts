import { Clock, ConnectionError, isBatchmillError, isDependencyUnavailable } from '@batchmill/contracts';
import { type BatchHeld, type BatchSettled } from '@batchmill/contracts/events';
import { Provider, RefusedError, isProviderError, isSameAccount, type ProviderBatch } from '@batchmill/provider';
import {
  describeHold,
  describeLoss,
  hold,
  isGivenUp,
  lastLook,
  longestGapMs,
  settleAsLost,
  settleAsSeen,
  stallInState,
  stallLimitMs,
  stallWithoutState,
  type Batch,
  type Leased,
  type Look,
  type Run,
  type Stall,
  type Transition,
  type Transitions,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** How soon a batch that the provider does not know is looked for again. */
const unknownMs = 60_000;
/** How soon a batch of a cancelled run is looked at again after the provider refused. */
const refusedMs = 10_000;

/** A submitted batch and its run. */
export interface Watched {
  readonly batch: Leased<Batch>;
  /** Null: its record is gone. */
  readonly run: Run | null;
}

/**
 * What becomes of submitted batches whose end does not come: the provider does not know them, leaves them in a state of
 * minutes, or does not answer for a cancelled run. A batch is looked at before it is given up, so that an end that has come
 * after all counts.
 */
@Injectable()
export class UnendedBatches {
  constructor(
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** The result of a look at the provider. An abandoned batch is not waited for. */
  async look({ data }: Leased<Batch>, look: () => Promise<ProviderBatch>): Promise<ProviderBatch> {
    return data.abandonment == null ? look() : lastLook(data._id, this.clock, look);
  }

  /** Whether a batch stalls, by a look that has shown its state. */
  stallOf({ batch, run }: Watched, { state }: ProviderBatch, isToBeCancelled: boolean): Stall | null {
    return stallInState(batch.data, state, isToBeCancelled, this.#lookFor(run));
  }

  /** Ends the work on a batch in progress, and returns true, if it is given up now. */
  async *giveUpIfDue(
    watched: Watched,
    stall: Stall | null,
  ): AsyncGenerator<Transition<BatchSettled>, boolean, undefined> {
    if (!this.#isGivenUp(watched, stall)) return false;
    await this.#note(watched.batch, stall);
    yield* this.#giveUp(watched.batch);
    return true;
  }

  /** Handles a look that failed. Throws the error again where the work is to be retried as any other. */
  async *notSeen({ batch, run }: Watched, error: unknown): Transitions<BatchSettled | BatchHeld> {
    const mustEnd = run?.cancelRequestedAt != null || batch.data.abandonment != null;
    if (isNotSubmitted(error) && mustEnd) yield* this.#giveUp(batch);
    else if (isNotFound(error) && batch.data.abandonment == null) yield* this.#notFound({ batch, run }, mustEnd);
    else if (isProviderError(error) && mustEnd) yield* this.#unreachable({ batch, run }, error);
    else throw error;
  }

  async *#notFound({ batch, run }: Watched, mustEnd: boolean): Transitions<BatchSettled | BatchHeld> {
    const account = batch.data.provider?.account;
    const now = this.clock.now();
    const isOther = account != null && !isSameAccount(account, this.provider.accountInfo);
    const failure = isOther ? null : await this.#failureOfAddress(batch);
    if (failure !== null) {
      if (!mustEnd) throw failure;
      yield* this.#unreachable({ batch, run }, failure);
      return;
    }
    const look = this.#lookFor(run);
    const stall = stallWithoutState(batch.data, isOther ? 'other-account' : 'unknown', look);
    // While the key of its account is missing, only a cancelled run gives up a batch.
    if ((!isOther || mustEnd) && this.#isGivenUp({ batch, run }, stall)) {
      await this.#note(batch, stall);
      yield* this.#giveUp(batch);
    } else if (isOther) {
      if (batch.data.otherAccount == null) this.log.error(describeHold(batch.data, { account }), this.#fieldsOf(batch));
      yield hold(batch, account, now, mustEnd ? { stall } : {});
    } else {
      if (batch.data.stall?.found !== 'unknown') {
        const message = 'the provider does not know a batch any more; it is looked for again, and given up later';
        this.log.warn(message, this.#fieldsOf(batch));
      }
      const waitMs = Math.min(unknownMs, longestGapMs(stallLimitMs(look)));
      yield batch.with({ stall, otherAccount: null }).wait(new Date(now.getTime() + waitMs));
    }
  }

  async *#unreachable({ batch, run }: Watched, error: unknown): Transitions<BatchSettled> {
    const now = this.clock.now();
    const stall = stallWithoutState(batch.data, 'unreachable', this.#lookFor(run));
    await this.#note(batch, stall);
    if (this.#isGivenUp({ batch, run }, stall)) yield* this.#giveUp(batch);
    else if (isDependencyUnavailable(error)) throw error;
    else yield batch.wait(new Date(now.getTime() + refusedMs));
  }

  /** A batch that was adopted may have been seen ended before it could not be looked at any more. */
  async *#giveUp(batch: Leased<Batch>): Transitions<BatchSettled> {
    const asSeen = settleAsSeen(batch);
    if (asSeen === null) this.log.error(describeLoss(batch.data), this.#fieldsOf(batch));
    yield asSeen ?? settleAsLost(batch);
  }

  #isGivenUp({ batch, run }: Watched, stall: Stall | null): boolean {
    return isGivenUp({ ...batch.data, stall }, this.#lookFor(run));
  }

  #lookFor(run: Run | null): Look {
    return { now: this.clock.now(), run, lostAfterMs: this.settings.lostAfterMs };
  }

  async #note(batch: Leased<Batch>, stall: Stall | null): Promise<void> {
    await batch.save({ stall, otherAccount: null });
  }

  /**
   * Null: the server answers for this account. One without a list of batches is none that could know the batch: its address is
   * wrong, or something is in between.
   */
  async #failureOfAddress({ id }: Leased<Batch>): Promise<Error | null> {
    try {
      await this.provider.check();
      return null;
    } catch (error) {
      if (!isBatchmillError(error)) throw error;
      if (!isNotFound(error)) return error;
      return new ConnectionError(
        'provider.unexpected-response',
        `${id}: the server knows neither the batch nor a list of batches; check OPENAI_BASE_URL`,
        { cause: error },
      );
    }
  }

  #fieldsOf({ id, data }: Leased<Batch>): Record<string, string | null> {
    return { batchId: id, runId: data.runId, providerBatchId: data.provider?.providerBatchId ?? null };
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof RefusedError && error.status === 404;
}

function isNotSubmitted(error: unknown): boolean {
  return isBatchmillError(error) && error.code === 'batch.not-submitted';
}

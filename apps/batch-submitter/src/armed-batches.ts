import { Clock, isDependencyUnavailable } from '@batchmill/contracts';
import { type BatchHeld, type BatchSettled, type BatchSubmitted } from '@batchmill/contracts/events';
import { Provider, isProviderError, isSameAccount, type AccountInfo } from '@batchmill/provider';
import {
  Runs,
  describeHold,
  describeLoss,
  hold,
  isGivenUp,
  lastLook,
  settleAsLost,
  stallWithoutState,
  type Batch,
  type Leased,
  type Look,
  type Transition,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { BatchCreator } from './batch-creator.js';

type ArmedEvent = BatchSubmitted | BatchSettled | BatchHeld;

/** How soon a batch of a cancelled run is looked for again after the provider refused. */
const refusedMs = 10_000;

/** Decides what becomes of a batch whose submission is armed, when the provider cannot tell whether it was created. */
@Injectable()
export class ArmedBatches {
  constructor(
    private readonly batchCreator: BatchCreator,
    private readonly runs: Runs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Returns true if the submission is no longer armed. Otherwise the work on the batch has ended for now. */
  async *recover(batch: Leased<Batch>): AsyncGenerator<Transition<ArmedEvent>, boolean, undefined> {
    const { armed } = batch.data.submission;
    if (armed === null) return true;
    const run = await this.runs.get(batch.data.runId);
    const look: Look = { now: this.clock.now(), run, lostAfterMs: this.settings.lostAfterMs };
    if (isGivenUp(batch.data, look)) {
      yield await this.#searchOnce(batch);
      return false;
    }
    const isCancelled = run?.cancelRequestedAt != null;
    try {
      const account = armed.deadline <= this.clock.now() ? await this.#otherAccount(batch) : null;
      if (account !== null) {
        yield this.#hold(batch, account, isCancelled ? look : null);
        return false;
      }
      if (batch.data.otherAccount != null) await batch.save({ otherAccount: null });
      return yield* this.batchCreator.recover(batch);
    } catch (error) {
      if (!isCancelled || !isProviderError(error)) throw error;
      // The run must end, also when the provider never answers again.
      const stall = stallWithoutState(batch.data, 'unreachable', { ...look, now: this.clock.now() });
      await batch.save({ stall });
      if (isGivenUp(batch.data, look)) yield this.#lost(batch);
      else if (isDependencyUnavailable(error)) throw error;
      else yield batch.wait(new Date(this.clock.now().getTime() + refusedMs));
      return false;
    }
  }

  /**
   * The account that made the create call, if the list of the present one does not tell whether the provider batch exists.
   * Nothing tells it once the input file is deleted: with the same key, organization, project and address may differ.
   */
  async #otherAccount(batch: Leased<Batch>): Promise<AccountInfo | null> {
    const { submission } = batch.data;
    const { armed, fileId, fileDeletedAt } = submission;
    const now = this.provider.accountInfo;
    if (armed?.account === undefined || isSameAccount(armed.account, now)) return null;
    const isVisible = fileId !== null && fileDeletedAt === null && (await this.provider.hasFile(fileId));
    if (!isVisible) return armed.account;
    // It sees what the former one made. From now on it counts as the one that made the call.
    await batch.save({ submission: { ...submission, armed: { ...armed, account: now } } });
    return null;
  }

  /** What was created is paid for, so that it goes on as a submitted batch. */
  async #searchOnce(batch: Leased<Batch>): Promise<Transition<BatchSubmitted | BatchSettled>> {
    try {
      const adopted = await lastLook(batch.id, this.clock, () => this.batchCreator.adopt(batch));
      return adopted ?? this.#lost(batch);
    } catch (error) {
      if (!isProviderError(error)) throw error;
      return this.#lost(batch);
    }
  }

  #lost(batch: Leased<Batch>): Transition<BatchSettled> {
    this.log.error(describeLoss(batch.data), { batchId: batch.id });
    return settleAsLost(batch);
  }

  /** `look`: null unless the run is cancelled, which waits for a limited time only. */
  #hold(batch: Leased<Batch>, account: AccountInfo, look: Look | null): Transition<BatchHeld> {
    if (batch.data.otherAccount == null) this.log.error(describeHold(batch.data, { account }), { batchId: batch.id });
    const stall = look === null ? null : stallWithoutState(batch.data, 'other-account', look);
    return hold(batch, account, this.clock.now(), { stall });
  }
}

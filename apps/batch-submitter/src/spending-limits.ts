import { Clock } from '@batchmill/contracts';
import { nanoUsdOf, usdOf, type PriceTier } from '@batchmill/models';
import { Provider } from '@batchmill/provider';
import {
  Batches,
  Spendings,
  dayOf,
  describeScope,
  scopeId,
  sentDocumentsOf,
  type Batch,
  type Holder,
  type Leased,
  type LimitedScope,
  type NoRoom,
  type Reservation,
  type Run,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';

/**
 * Whether a batch may be sent. reserved: all that it may cost is set aside. waits: other batches hold money that they may give back.
 * too-large: fewer of its documents fit in. stops: nothing more of the run fits in, and nothing will be given back.
 */
export type SpendingVerdict =
  { readonly kind: 'reserved' } | { readonly kind: 'waits' | 'too-large' | 'stops'; readonly message: string };

/** Reserves the most that a batch may cost in the limits of its run, its pipeline and the account, before it is sent. */
@Injectable()
export class SpendingLimits {
  constructor(
    private readonly batches: Batches,
    private readonly spendings: Spendings,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
  ) {}

  async reserve(batch: Leased<Batch>, run: Run | null, tier: PriceTier = 'batch'): Promise<SpendingVerdict> {
    const { runId, pipeline, model, worst } = batch.data;
    const documents = sentDocumentsOf(batch.data);
    const now = this.clock.now();
    const scopes = this.#scopesOf({ runId, pipeline }, run, now);
    const isLimited = scopes.some(({ limitNanoUsd }) => limitNanoUsd !== null);
    const nanoUsd = worst === undefined ? null : this.settings.prices.worstCostOf(batch.data, worst, now, tier);
    const { beyondTokenPrices = [] } = run ?? {};
    if (isLimited && beyondTokenPrices.length > 0) return { kind: 'stops', message: unpriced(beyondTokenPrices) };
    if (nanoUsd === null) {
      // Without a price there is nothing to set aside, which only a limit minds.
      if (!isLimited) return { kind: 'reserved' };
      return { kind: 'stops', message: unknownPrice(model) };
    }
    const reservation = { batchId: batch.id, fence: batch.fence, nanoUsd };
    const noRoom =
      (await this.spendings.noRoomFor(scopes, reservation)) ?? (await this.#reserve(batch, scopes, reservation));
    if (noRoom === null) return { kind: 'reserved' };
    if (noRoom.otherBatches > 0) return { kind: 'waits', message: describeWait(noRoom, nanoUsd) };
    const left = noRoom.limitNanoUsd - noRoom.spentNanoUsd;
    // The share of one document: where not even that is left, no smaller batch is tried.
    if (documents > 1 && left >= nanoUsd / documents) return { kind: 'too-large', message: describe(noRoom, nanoUsd) };
    return { kind: 'stops', message: describe(noRoom, nanoUsd) };
  }

  /** For a batch that is not sent now, or not at all. */
  async release(batch: Batch): Promise<void> {
    const { _id: batchId, spending } = batch;
    if (spending != null) await this.spendings.settle(spending.scopes, { batchId, fence: spending.fence }, 0);
  }

  /** Releases what no batch will use: reservations of parked batches, and of those that a late worker made for one that has ended. */
  async releaseUnused(): Promise<void> {
    for await (const { _id, reservations } of this.spendings.reserving()) {
      const batches = await this.batches.holdersOf(reservations.map(({ batchId }) => batchId));
      for (const reservation of reservations) {
        const batch = batches.get(reservation.batchId);
        if (batch !== undefined && isHeldFor(batch, _id, reservation.fence)) continue;
        await this.spendings.settle([_id], reservation, 0);
      }
    }
  }

  /**
   * The scopes are noted before the reservation, so that it is found again whatever day it is then. What a former lease reserved is
   * released: its worker may be late, and could release it when the batch is at the provider.
   */
  async #reserve(
    batch: Leased<Batch>,
    scopes: readonly LimitedScope[],
    reservation: Reservation,
  ): Promise<NoRoom | null> {
    const { spending } = batch.data;
    const { nanoUsd, fence } = reservation;
    const ids = scopes.map(({ scope }) => scopeId(scope));
    const isSame = spending?.nanoUsd === nanoUsd && ids.every((id, at) => spending.scopes[at] === id);
    if (!isSame || spending.fence !== fence) {
      await this.release(batch.data);
      await batch.save({ spending: { scopes: ids, nanoUsd, fence } });
    }
    return this.spendings.reserve(scopes, reservation);
  }

  #scopesOf({ runId, pipeline }: Pick<Batch, 'runId' | 'pipeline'>, run: Run | null, now: Date): LimitedScope[] {
    const { ofRun = null, ofPipelinePerDay = null } = run?.spendingLimits ?? {};
    const { maxUsdPerDay } = this.settings;
    const day = dayOf(now);
    return [
      { scope: { of: 'run', runId }, limitNanoUsd: ofRun },
      { scope: { of: 'pipeline', pipeline, day }, limitNanoUsd: ofPipelinePerDay },
      {
        scope: { of: 'account', account: this.provider.account, day },
        limitNanoUsd: maxUsdPerDay === null ? null : nanoUsdOf(maxUsdPerDay),
      },
    ];
  }
}

/** False: the batch will not be sent as it is, or its cost is booked, or it is counted elsewhere. */
function isHeldFor(
  { state, parked, submission, spending, synchronous }: Holder,
  scope: string,
  fence: number,
): boolean {
  if (spending?.fence !== fence || !spending.scopes.includes(scope)) return false;
  if (state === 'built') return !parked || submission.armed !== null || synchronous != null;
  return state === 'submitted' || state === 'settled';
}

function describe({ scope, limitNanoUsd, spentNanoUsd }: NoRoom, nanoUsd: number): string {
  return (
    `the spending limit of ${describeScope(scope)}, ${dollars(limitNanoUsd)}, has no room: ${dollars(spentNanoUsd)} are spent, ` +
    `and the next batch may cost ${dollars(nanoUsd)}`
  );
}

function describeWait(noRoom: NoRoom, nanoUsd: number): string {
  const { otherBatches, reservedNanoUsd } = noRoom;
  const others = otherBatches === 1 ? '1 batch holds' : `${otherBatches} batches hold`;
  return `${describe(noRoom, nanoUsd)}; ${others} ${dollars(reservedNanoUsd)}, and what they do not use is given back`;
}

function unpriced(fields: readonly string[]): string {
  return `there is a spending limit, and what ${fields.join(', ')} may cost is not known; remove it from the pipeline, or the limit`;
}

function unknownPrice(model: string): string {
  return `there is a spending limit, and no price is known for ${model}; write it into a file that BATCHMILL_PRICES names`;
}

/** With as many digits as small amounts need. */
function dollars(nanoUsd: number): string {
  const usd = usdOf(nanoUsd);
  return `$${usd >= 0.01 || usd === 0 ? usd.toFixed(2) : usd.toFixed(9).replace(/0+$/, '')}`;
}

import type { ShownRates } from '@batchmill/provider';
import type { Fields } from '@batchmill/store';
import {
  fullAtAsShown,
  lendableMs,
  minuteMs,
  refillIn,
  spareIn,
  take,
  turnOf,
  untouched,
  type TokenBucket,
} from './token-bucket.js';

export const units = ['requests', 'tokens'] as const;
export type Unit = (typeof units)[number];
export type Amounts = Readonly<Record<Unit, number>>;

export const nothing: Amounts = { requests: 0, tokens: 0 };

/** What a process took to use within a minute, so that not every call costs a write. */
export interface Loan extends Amounts {
  readonly owner: string;
  readonly untilMs: number;
}

interface LearnedRate {
  readonly perMinute: number;
  readonly untilMs: number;
}

/**
 * What the processes share of the rate of an account, or of an account and model. `loans` and the limits that the provider
 * showed are those that may still count.
 */
export interface RateBucket extends Fields {
  readonly _id: string;
  /** Raised by every write; a write expects the one that it read. */
  readonly revision: number;
  readonly requests: TokenBucket;
  readonly tokens: TokenBucket;
  readonly loans: readonly Loan[];
  /** No call is sent before, because the provider asked for it. */
  readonly stoppedUntilMs: number;
  readonly shown: Readonly<Partial<Record<Unit, LearnedRate>>>;
}

export function newRateBucket(_id: string): RateBucket {
  return { _id, revision: 0, requests: untouched, tokens: untouched, loans: [], stoppedUntilMs: 0, shown: {} };
}

/** A loan is used within this time, or is lost. */
export const loanMs = minuteMs;
/** What one process may hold. */
const quantumMs = lendableMs / 4;
/** The provider raises limits: one that it showed is valid for this long, or until it shows another. */
const shownValidMs = 24 * 3_600_000;
/** What a response shows is stored when it differs by more than this from what the bucket knows. */
const toleratedMs = 1_000;

interface Taker {
  readonly owner: string;
  readonly nowMs: number;
  /** The limits of the settings. */
  readonly perMinute: Amounts;
  /** What the process holds of an earlier loan and does not use for this call. */
  readonly holds: Amounts;
}

/** What the next call waits for. `stop`: for the time that the provider asked for. */
export type Bound = Unit | 'stop';

export interface Turn {
  /** When the call may be sent. */
  readonly atMs: number;
  /** Null: it may be sent now. */
  readonly bound: Bound | null;
  /** The bucket after the call took its turn. */
  readonly bucket: RateBucket;
  /** What the process holds from then on. */
  readonly holds: Amounts;
}

/** The limits that hold: of the settings, or what the provider showed where that is less. */
export function limitsOf({ shown }: RateBucket, perMinute: Amounts, nowMs: number): Amounts {
  const limitOf = (unit: Unit): number => {
    const learned = shown[unit];
    return learned !== undefined && learned.untilMs > nowMs
      ? Math.min(learned.perMinute, perMinute[unit])
      : perMinute[unit];
  };
  return { requests: limitOf('requests'), tokens: limitOf('tokens') };
}

/** The turn of a call. Where it is now, the process gets a little more than it needs. */
export function takeTurn(bucket: RateBucket, needs: Amounts, taker: Taker): Turn {
  const { owner, nowMs, perMinute, holds } = taker;
  const limits = limitsOf(bucket, perMinute, nowMs);
  const turns: [Bound, number][] = [
    ['stop', bucket.stoppedUntilMs],
    ...units.map((unit): [Bound, number] => [unit, turnOf(bucket[unit], needs[unit], limits[unit], nowMs)]),
  ];
  const [bound, latestMs] = turns.reduce((latest, turn) => (turn[1] > latest[1] ? turn : latest));
  const atMs = Math.max(nowMs, latestMs);
  const others = bucket.loans.filter((loan) => loan.owner !== owner && loan.untilMs > nowMs);
  const after = { requests: bucket.requests, tokens: bucket.tokens };
  const nowHolds = { ...holds };
  for (const unit of units) {
    const limit = limits[unit];
    after[unit] = take(after[unit], needs[unit], limit, atMs);
    if (needs[unit] === 0 || atMs > nowMs) continue;
    const lent = others.reduce((sum, loan) => sum + loan[unit], 0);
    const extra = Math.floor(
      Math.min(
        refillIn(quantumMs, limit) - holds[unit],
        refillIn(lendableMs, limit) - lent - holds[unit],
        spareIn(after[unit], limit, nowMs),
      ),
    );
    if (extra <= 0) continue;
    after[unit] = take(after[unit], extra, limit, nowMs);
    nowHolds[unit] = holds[unit] + extra;
  }
  const holdsAny = units.some((unit) => nowHolds[unit] > 0);
  const own: Loan = { owner, ...nowHolds, untilMs: nowMs + loanMs };
  return {
    atMs,
    bound: atMs > nowMs ? bound : null,
    bucket: { ...bucket, ...after, loans: holdsAny ? [...others, own] : others },
    holds: nowHolds,
  };
}

/** The bucket after a response. Null: it says nothing that is worth a write. */
export function learnRates(
  bucket: RateBucket,
  noted: ShownRates,
  { nowMs, perMinute }: Pick<Taker, 'nowMs' | 'perMinute'>,
): RateBucket | null {
  let learned = bucket;
  const stopUntilMs = nowMs + noted.stopMs;
  if (noted.stopMs > 0 && stopUntilMs > bucket.stoppedUntilMs) learned = { ...learned, stoppedUntilMs: stopUntilMs };
  for (const unit of units) {
    const { limit } = noted[unit];
    if (limit !== null && limit > 0) learned = withLimit(learned, unit, limit, { nowMs, perMinute });
    const fullAtMs = fullAtAsShown(noted[unit], limitsOf(learned, perMinute, nowMs)[unit], nowMs);
    if (fullAtMs !== null && fullAtMs > Math.max(learned[unit].fullAtMs, nowMs) + toleratedMs) {
      learned = { ...learned, [unit]: { ...learned[unit], fullAtMs } };
    }
  }
  return learned === bucket ? null : learned;
}

function withLimit(
  bucket: RateBucket,
  unit: Unit,
  limit: number,
  { nowMs, perMinute }: Pick<Taker, 'nowMs' | 'perMinute'>,
): RateBucket {
  const { [unit]: known, ...others } = bucket.shown;
  if (limit >= perMinute[unit]) return known === undefined ? bucket : { ...bucket, shown: others };
  const isFresh = known?.perMinute === limit && known.untilMs - nowMs > shownValidMs / 2;
  if (isFresh) return bucket;
  return { ...bucket, shown: { ...others, [unit]: { perMinute: limit, untilMs: nowMs + shownValidMs } } };
}

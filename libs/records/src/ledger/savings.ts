import { addCost, noCost, subtractCost } from '../run-totals.js';
import type { LedgerEntry } from './ledger-entry.js';

/**
 * What entries of the ledger have saved, in whole nano-dollars: their tokens as they were paid, and the same tokens at the synchronous
 * price. Nothing is an estimate.
 */
export interface Savings {
  /** The answers that are used, at the synchronous price. */
  readonly synchronousPrice: number;
  /** The answers of adopted batches, which were not bought once more: as much as they have cost. */
  readonly adopted: number;
  /** Kept answers that were used, in place of asking again: as much as they have cost. */
  readonly reprocessed: number;
  /** Answers to earlier requests that were used once more, at the synchronous price. */
  readonly reused: number;
  /** Paid for the answers that are used. */
  readonly paidInBatches: number;
  readonly paidSynchronously: number;
  /** Paid for answers that are not used, and for requests without one. */
  readonly wastedAnswers: number;
  /** The same in batches that expired or were cancelled. */
  readonly wastedInEnded: number;
  /** Paid for orphans. */
  readonly orphans: number;
  readonly counts: {
    /** Billed requests with a known price. */
    readonly requests: number;
    readonly adoptedBatches: number;
    readonly reprocessedAnswers: number;
    readonly reusedAnswers: number;
    readonly orphans: number;
    /** Billed requests of entries whose cost is not known. They are in no sum. */
    readonly unpriced: number;
  };
}

/** Savings of nothing. */
export const noSavings: Savings = {
  ...{ synchronousPrice: 0, adopted: 0, reprocessed: 0, reused: 0, paidInBatches: 0, paidSynchronously: 0 },
  ...{ wastedAnswers: 0, wastedInEnded: 0, orphans: 0 },
  counts: { requests: 0, adoptedBatches: 0, reprocessedAnswers: 0, reusedAnswers: 0, orphans: 0, unpriced: 0 },
};

/** What an entry, or a share of one, adds to savings. */
export type SavingEntry = Pick<
  LedgerEntry,
  'kind' | 'requests' | 'cost' | 'wasted' | 'ended' | 'adopted' | 'reprocessed' | 'reused'
>;

/** The savings with those of one more entry. */
export function addSavings(savings: Savings, entry: SavingEntry): Savings {
  const { kind, requests, cost, wasted, ended = null, adopted = false, reprocessed = [], reused = [] } = entry;
  const { counts } = savings;
  if (cost.incomplete) return { ...savings, counts: { ...counts, unpriced: counts.unpriced + requests } };
  if (kind === 'orphan') {
    return {
      ...savings,
      orphans: savings.orphans + cost.nanoUsd,
      counts: { ...counts, requests: counts.requests + requests, orphans: counts.orphans + 1 },
    };
  }
  const usedLater = reprocessed.reduce((sum, one) => addCost(sum, one.cost), noCost);
  const unused = subtractCost(wasted, usedLater);
  const used = subtractCost(cost, unused);
  const hasEnded = ended === 'expired' || ended === 'cancelled';
  const isBatch = kind === 'batch';
  return {
    synchronousPrice: savings.synchronousPrice + used.synchronousNanoUsd,
    adopted: savings.adopted + (adopted ? cost.nanoUsd : 0),
    reprocessed: savings.reprocessed + usedLater.nanoUsd,
    reused: savings.reused + reused.reduce((sum, one) => sum + one.cost.synchronousNanoUsd, 0),
    paidInBatches: savings.paidInBatches + (isBatch ? used.nanoUsd : 0),
    paidSynchronously: savings.paidSynchronously + (isBatch ? 0 : used.nanoUsd),
    wastedAnswers: savings.wastedAnswers + (hasEnded ? 0 : unused.nanoUsd),
    wastedInEnded: savings.wastedInEnded + (hasEnded ? unused.nanoUsd : 0),
    orphans: savings.orphans,
    counts: {
      ...counts,
      requests: counts.requests + requests,
      adoptedBatches: counts.adoptedBatches + (adopted ? 1 : 0),
      reprocessedAnswers: counts.reprocessedAnswers + reprocessed.reduce((sum, one) => sum + one.requests, 0),
      reusedAnswers: counts.reusedAnswers + reused.reduce((sum, one) => sum + one.requests, 0),
    },
  };
}

/** What the same would have cost: synchronously, with what would have been bought a second time. */
export function withoutBatchmill({ synchronousPrice, adopted, reprocessed, reused }: Savings): number {
  return synchronousPrice + adopted + reprocessed + reused;
}

/** Everything that was paid, the wasted part as well. */
export function paidOf(savings: Savings): number {
  return savings.paidInBatches + savings.paidSynchronously + wastedOf(savings);
}

/** What was paid and is of no use. */
export function wastedOf({ wastedAnswers, wastedInEnded, orphans }: Savings): number {
  return wastedAnswers + wastedInEnded + orphans;
}

/** What was saved; less than nothing, where the waste is larger. */
export function savedOf(savings: Savings): number {
  return withoutBatchmill(savings) - paidOf(savings);
}

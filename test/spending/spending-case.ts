import type { FaultRule } from '@batchmill/simulator';
import { seededRandom } from '@batchmill/testing';
import type { Trouble } from '../faults/fault-case.js';
import { drawnFaults, type DrawnFault } from './drawn-faults.js';
import { books, worstOfDocument, type Book } from './ledger-notes.js';

/** How many processes submit batches. */
export const submitters = 4;

/** A run of a pipeline over the notes of one book. */
export interface LimitedRun {
  readonly runId: Book;
  readonly pipeline: 'north' | 'south';
  /** In nano-dollars; null: it has no limit. */
  readonly limit: number | null;
}

/** What is asked for a run when so many provider batches were requested, by all processes. */
export interface LimitChange {
  readonly afterCreates: number;
  readonly runId: Book;
  readonly limit: number;
}

/** A run of the suite, made of a seed and nothing else. Money is in nano-dollars. */
export interface SpendingCase {
  readonly seed: number;
  readonly runs: readonly LimitedRun[];
  /** What each pipeline, and the account, may spend on a day; null: there is no limit. */
  readonly perDay: Readonly<Record<LimitedRun['pipeline'] | 'account', number | null>>;
  readonly changes: readonly LimitChange[];
  readonly cancel: Omit<LimitChange, 'limit'> | null;
  readonly faults: readonly DrawnFault[];
  readonly rules: readonly FaultRule[];
  /** Those of each submitter, in turn. */
  readonly troubles: readonly (readonly Trouble[])[];
  readonly concurrency: number;
  readonly turnaroundSeconds: number;
}

/** The calls between which money is reserved, a batch is sent, and its cost is booked. */
const calls: readonly string[] = [
  ...['spendings.findOne', 'spendings.updateOne', 'spendings.updateOne'],
  ...[
    'provider.createBatch',
    'provider.createBatch',
    'provider.uploadFile',
    'provider.listBatches',
    'provider.deleteFile',
  ],
  ...['batches.updateOne', 'batches.findOneAndUpdate', 'runs.findOne', 'ledger.updateOne', 'notes.bulk', 'blobs.write'],
];

export function spendingCaseOf(seed: number): SpendingCase {
  const random = seededRandom(seed * 6_007 + 29);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T; // the lists are not empty
  const below = (count: number): number => Math.floor(random() * count);
  /** Enough for so many documents at the worst, and a little that is left over. A document costs about a quarter of that. */
  const limitOf = (documents: number | null): number | null =>
    documents === null ? null : Math.round(worstOfDocument * (documents + random() * 0.4));
  const runs: LimitedRun[] = books.slice(0, pick([2, 3, 3])).map((runId, index) => ({
    runId,
    pipeline: index < 2 ? 'north' : 'south',
    limit: limitOf(pick([null, 0, 1, 1, 2, 3, 8])),
  }));
  const changed = (): LimitChange => ({
    afterCreates: 1 + below(7),
    runId: pick(runs).runId,
    limit: limitOf(pick([0, 1, 2, 3, 8])) ?? 0,
  });
  const faults = Array.from({ length: pick([0, 1, 1, 2, 2, 3]) }, () => pick(drawnFaults));
  return {
    seed,
    runs,
    perDay: {
      north: limitOf(pick([null, null, 2, 3, 8])),
      south: limitOf(pick([null, null, 1, 4])),
      account: limitOf(pick([null, null, 3, 5, 12])),
    },
    changes: Array.from({ length: below(4) }, changed),
    cancel: random() < 0.15 ? { afterCreates: 1 + below(4), runId: pick(runs).runId } : null,
    faults,
    rules: faults.flatMap(({ rules }) => rules({ pick, below })),
    troubles: Array.from({ length: submitters }, () =>
      Array.from({ length: pick([0, 0, 1, 1, 2]) }, () => ({
        kind: random() < 0.6 ? ('kill' as const) : ('freeze' as const),
        at: { call: pick(calls), nth: 1 + below(4), when: pick(['before', 'after'] as const) },
        jumps: 2 + below(4),
      })),
    ),
    concurrency: pick([1, 2, 4]),
    turnaroundSeconds: pick([0, 5, 30]),
  };
}

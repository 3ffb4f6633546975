import type { QueueRefusal, SizeRefusal } from '@batchmill/provider';
import type { Batch } from './batch.js';
import type { BudgetShare } from './budget-queue.js';

/** What the provider limits: the tokens and requests in its queue, and the bytes and requests of one file. */
export type Limited = 'tokens' | 'requests' | 'fileBytes' | 'fileRequests';

/** Null: not known. */
export type Limits = Readonly<Record<Limited, number | null>>;

export type RefusedBatch = Pick<
  Batch,
  '_id' | 'model' | 'documents' | 'inputTokens' | 'requests' | 'fileBytes' | 'held'
>;

/** A limit by what the provider said of a batch. */
export interface ShownLimit {
  readonly limited: Limited;
  readonly value: number;
  /** The provider named none. */
  readonly isEstimate: boolean;
}

/** A batch that is refused for this long while no other of ours is in the queue is taken to be larger than the queue. */
const refusedAloneMs = 3_600_000;

const sizes = {
  tokens: 'inputTokens',
  requests: 'requests',
  fileBytes: 'fileBytes',
  fileRequests: 'requests',
} as const satisfies Record<Limited, keyof Batch>;

/**
 * The limit that a refusal of this batch shows; null: none. Where the provider names none, it is estimated: a queue takes what
 * other batches hold now, and this batch alone; after an hour in which it did not take this batch alone, half of it. A file
 * may have half of what was refused, also where the provider names a limit that this file keeps. `others`: the shares that
 * other batches hold.
 */
export function shownLimit(
  batch: RefusedBatch,
  refusal: QueueRefusal | SizeRefusal,
  others: readonly BudgetShare[],
  now: Date,
): ShownLimit | null {
  const limited = limitedBy(refusal);
  if (limited === null) return null;
  const named = namedLimit(limited, refusal, batch);
  const value = named ?? estimate(limited, batch, others, now);
  return value > 0 ? { limited, value, isEstimate: named === null } : null;
}

function limitedBy({ about, unit }: QueueRefusal | SizeRefusal): Limited | null {
  if (about === 'queue') return unit;
  return unit === 'requests' ? 'fileRequests' : 'fileBytes';
}

/** Null: the provider names no limit, or one that cannot be why it refused this file. */
function namedLimit(limited: Limited, { limit }: QueueRefusal | SizeRefusal, batch: RefusedBatch): number | null {
  if (limit === null) return null;
  if (limited === 'fileBytes' && limit >= batch.fileBytes) return null;
  if (limited === 'fileRequests' && limit >= batch.requests) return null;
  return limit;
}

/** 0: nothing can be learned. */
function estimate(limited: Limited, batch: RefusedBatch, others: readonly BudgetShare[], now: Date): number {
  const own = batch[sizes[limited]];
  if (limited === 'fileBytes' || limited === 'fileRequests') return Math.floor(own / 2);
  if (others.length === 0) return isRefusedAlone(batch, now) ? Math.floor(own / 2) : 0;
  return Math.max(
    own,
    others.reduce((sum, share) => sum + share[limited], 0),
  );
}

/** Other programs may fill the queue for a while, and a single document cannot be made smaller. */
function isRefusedAlone({ documents, held }: RefusedBatch, now: Date): boolean {
  if (documents === 1 || held?.aloneSince === undefined) return false;
  return now.getTime() - held.aloneSince.getTime() >= refusedAloneMs;
}

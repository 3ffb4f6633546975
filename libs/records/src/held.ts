/** A refusal because of which a batch waits: of the provider, or of a spending limit. No request uses up an attempt. */
export interface Held {
  /**
   * moment: the provider cannot take it now. queue: it has no room. account: it refuses the key, the account or the model. limit: a
   * spending limit has no room for it until other batches give back what they do not use.
   */
  readonly about: 'moment' | 'queue' | 'account' | 'limit';
  /** The provider's code; null when it sent none. */
  readonly code: string | null;
  /** What the provider said; of a limit, what fills it. */
  readonly message: string;
  /** The first refusal in a row about the same. */
  readonly since: Date;
  /** Refusals in a row about the same. */
  readonly times: number;
  /** How many of them were provider batches that failed. Missing in records of earlier versions. */
  readonly failedBatches?: number;
  /** queue: the first refusal in a row while no other batch of ours was in it. Missing: another one was at the last refusal. */
  readonly aloneSince?: Date;
}

/** The batch is refused, for the first time or again. */
export function heldBy(
  { held }: { readonly held: Held | null },
  { isAlone = false, ...refusal }: Pick<Held, 'about' | 'code' | 'message'> & { readonly isAlone?: boolean },
  now: Date,
): Held {
  const before = held?.about === refusal.about ? held : null;
  const alone = isAlone ? { aloneSince: before?.aloneSince ?? now } : {};
  if (before === null) return { ...refusal, ...alone, since: now, times: 1 };
  const { since, times } = before;
  return { ...refusal, ...alone, since, times: times + 1, failedBatches: failedBatchesOf(before) };
}

/** The same for a refusal that failed its provider batch. */
export function heldByFailure(...[batch, refusal, now]: Parameters<typeof heldBy>): Held {
  const held = heldBy(batch, refusal, now);
  return { ...held, failedBatches: failedBatchesOf(held) + 1 };
}

/** Provider batches in a row that failed for the same. */
export function failedBatchesOf({ failedBatches = 0 }: Held): number {
  return failedBatches;
}

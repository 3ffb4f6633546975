/** A refusal of the provider because of which a batch waits. No request uses up an attempt. */
export interface Held {
  /** moment: it cannot take it now. queue: it has no room. account: it refuses the key, the account or the model. */
  readonly about: 'moment' | 'queue' | 'account';
  /** The provider's code; null when it sent none. */
  readonly code: string | null;
  /** What the provider said. */
  readonly message: string;
  /** The first refusal in a row about the same. */
  readonly since: Date;
  /** Refusals in a row about the same. */
  readonly times: number;
  /** How many of them were provider batches that failed. Missing in records of earlier versions. */
  readonly failedBatches?: number;
}

/** The batch is refused, for the first time or again. */
export function heldBy(
  { held }: { readonly held: Held | null },
  refusal: Pick<Held, 'about' | 'code' | 'message'>,
  now: Date,
): Held {
  if (held?.about !== refusal.about) return { ...refusal, since: now, times: 1 };
  return { ...refusal, since: held.since, times: held.times + 1, failedBatches: failedBatchesOf(held) };
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

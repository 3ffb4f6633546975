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
}

/** The batch is refused, for the first time or again. */
export function heldBy(
  { held }: { readonly held: Held | null },
  refusal: Pick<Held, 'about' | 'code' | 'message'>,
  now: Date,
): Held {
  const isSame = held?.about === refusal.about;
  return { ...refusal, since: isSame ? held.since : now, times: isSame ? held.times + 1 : 1 };
}

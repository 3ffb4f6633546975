/** The room in the provider's queue that one attempt of a batch holds, or wants to hold. */
export interface BudgetShare {
  readonly runId: string;
  readonly batchId: string;
  readonly attempt: number;
  readonly tokens: number;
  readonly requests: number;
}

/** A share that found no room. */
export interface WaitingShare extends BudgetShare {
  readonly waitingSince: Date;
  /** When its batch last asked for it. A share that is not asked for any more is forgotten. */
  readonly lastAskedAt: Date;
}

/** True when both belong to the same attempt of the same batch. */
export function isSameShare(a: BudgetShare, b: BudgetShare): boolean {
  return a.batchId === b.batchId && a.attempt === b.attempt;
}

/**
 * True when the next room in the queue belongs to this share. Among the shares that wait, the run that holds least comes
 * first, and of its batches the one that has waited longest. So small batches cannot overtake a large one for ever, nor
 * can a large run overtake a small one.
 */
export function isItsTurn(share: BudgetShare, held: readonly BudgetShare[], waiting: readonly WaitingShare[]): boolean {
  const heldBy = (runId: string) => held.reduce((sum, one) => (one.runId === runId ? sum + one.tokens : sum), 0);
  const own = waiting.find((one) => isSameShare(one, share));
  const ownSince = own?.waitingSince.getTime() ?? Infinity;
  const ownHeld = heldBy(share.runId);
  return waiting.every((other) => {
    if (other === own) return true;
    const otherHeld = heldBy(other.runId);
    return otherHeld === ownHeld ? ownSince <= other.waitingSince.getTime() : ownHeld < otherHeld;
  });
}

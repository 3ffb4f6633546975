import type { BudgetEntry, Waiting } from './budget-entry.js';

/**
 * Whether the next room in the queue is this one's: of those that wait, the run that holds least is first, and of its
 * batches the one that has waited longest. So a large batch is not overtaken for ever by small ones, nor a small run by a
 * large one.
 */
export function isItsTurn(
  { runId, batchId, attempt }: BudgetEntry,
  held: readonly BudgetEntry[],
  waiting: readonly Waiting[],
): boolean {
  const heldBy = (run: string) => held.reduce((sum, one) => (one.runId === run ? sum + one.tokens : sum), 0);
  const own = waiting.find((one) => one.batchId === batchId && one.attempt === attempt);
  const ownSince = own?.since.getTime() ?? Infinity;
  const ownHeld = heldBy(runId);
  return waiting.every((other) => {
    if (other === own) return true;
    const otherHeld = heldBy(other.runId);
    return otherHeld === ownHeld ? ownSince <= other.since.getTime() : ownHeld < otherHeld;
  });
}

const longest = 32;

/** The pause before the redelivery of a message that failed so many times in a row: doubling, up to 32 times the first. */
export function redeliveryPause(firstPauseMs: number, failures: number): number {
  return firstPauseMs * Math.min(2 ** (failures - 1), longest);
}

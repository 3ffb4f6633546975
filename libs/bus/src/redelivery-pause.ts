const longest = 32;

/** How long a message rests after it failed so many times in a row: doubling, up to 32 times the first pause. */
export function redeliveryPause(firstPauseMs: number, failures: number): number {
  return firstPauseMs * Math.min(2 ** (failures - 1), longest);
}

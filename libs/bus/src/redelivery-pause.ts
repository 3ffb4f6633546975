import { delayAfter } from '@batchmill/contracts';

/** The pause before the redelivery of a message that failed so many times in a row: doubling, up to 32 times the first. */
export function redeliveryPause(firstPauseMs: number, failures: number): number {
  return delayAfter(failures - 1, { baseMs: firstPauseMs, capMs: 32 * firstPauseMs });
}

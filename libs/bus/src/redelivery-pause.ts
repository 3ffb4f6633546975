import { delayAfter } from '@batchmill/contracts';

/** How long a message rests after it failed so many times in a row: doubling, up to 32 times the first pause. */
export function redeliveryPause(firstPauseMs: number, failures: number): number {
  return delayAfter(failures - 1, { baseMs: firstPauseMs, capMs: 32 * firstPauseMs });
}

// As in `seeded-random.ts`.
const { log, max, min } = Math;

/** Turnarounds as they may come, drawn from those that were measured. */
export interface TurnaroundDraws {
  /** The turnaround, in milliseconds, of a batch that has been at the provider for `ageMs` and has not ended. */
  draw(ageMs: number): number;
}

/**
 * One belief of how long the provider takes, by n turnarounds that were measured. The next one is shorter than all of them, between
 * two neighbours, or longer than all of them, each of these once in n + 1 times. How often it really is so is not known, so that each
 * belief has random shares. Over many beliefs, few measurements give a wide spread, and many a narrow one. Of two neighbours it
 * is one or the other, never a mean, because turnarounds are minutes or most of ten hours.
 *
 * `sortedMs` ascends and is not empty. Nothing takes longer than `longestMs`, the completion window.
 */
export function drawTurnarounds(sortedMs: readonly number[], longestMs: number, random: () => number): TurnaroundDraws {
  const share = (): number => -log(1 - random());
  const count = sortedMs.length;
  const quickestMs = sortedMs[0] ?? 0;
  const slowestMs = sortedMs[count - 1] ?? 0;
  const shorter = share();
  // The shares of the measured ones, each added to those before.
  const sums = new Float64Array(count);
  let sum = 0;
  let before = 0;
  for (let index = 0; index < count; index += 1) {
    const after = index === count - 1 ? 0 : share();
    sum += (before + after) / 2;
    sums[index] = sum;
    before = after;
  }
  const total = sum + share();
  return {
    draw(ageMs) {
      const first = firstWhere(count, (index) => (sortedMs[index] ?? 0) > ageMs);
      const passed = first === 0 ? 0 : (sums[first - 1] ?? 0);
      const stillShorter = first === 0 ? shorter * (1 - ageMs / quickestMs) : 0;
      const lot = random() * (stillShorter + total - passed) - stillShorter;
      if (lot < 0) return ageMs + random() * (quickestMs - ageMs);
      const drawn = sortedMs[firstWhere(count, (index) => (sums[index] ?? 0) > lot + passed)];
      if (drawn !== undefined) return drawn;
      // Longer than all: half of them less than twice as long, one of ten more than ten times.
      return max(ageMs, min(longestMs, max(slowestMs, ageMs, 1) / (1 - random())));
    },
  };
}

/** The first index below `count` for which it is true, where it is true for all that follow; `count` where it is never. */
function firstWhere(count: number, isTrue: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

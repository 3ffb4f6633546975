/** Durations that were measured, in seconds. */
export interface Durations {
  readonly count: number;
  /**
   * The least duration that this share (0 to 1) of them did not exceed: one that was measured, never a mean between two, because
   * turnarounds at OpenAI are minutes or most of ten hours, and nothing in between. Null: nothing was measured.
   */
  quantile(share: number): number | null;
}

export function durationsOf(seconds: readonly number[]): Durations {
  const sorted = seconds.toSorted((a, b) => a - b);
  return {
    count: sorted.length,
    quantile: (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null,
  };
}

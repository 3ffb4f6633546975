export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
  /** 0 to 1, drawn by the caller. 0 gives half the delay, 1 the whole. Default 1. */
  readonly jitter?: number;
}

/** The exponential backoff after `n` earlier delays, in milliseconds: `baseMs · 2^n`, at most `capMs`. */
export function delayAfter(n: number, { baseMs, capMs, jitter = 1 }: Backoff): number {
  const whole = Math.min(capMs, baseMs * 2 ** Math.max(0, n));
  return Math.round(whole * (0.5 + 0.5 * Math.min(1, Math.max(0, jitter))));
}

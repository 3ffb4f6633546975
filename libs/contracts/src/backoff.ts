import type { Ids } from './ids.js';

export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
  /** 0 to 1, drawn by the caller: 0 is half the delay, 1 the whole. By default 1. */
  readonly jitter?: number;
}

/** The delay before the next try, after `n` earlier delays: `baseMs · 2^n`, at most `capMs`. */
export function backoffDelayMs(n: number, { baseMs, capMs, jitter = 1 }: Backoff): number {
  const whole = Math.min(capMs, baseMs * 2 ** Math.max(0, n));
  return Math.round(whole * (0.5 + 0.5 * Math.min(1, Math.max(0, jitter))));
}

/** A number from 0 to 1, drawn from a fresh random id. */
export function jitterFrom(ids: Ids): number {
  const hex = ids.next().replaceAll('-', '').slice(0, 8);
  return Number.parseInt(hex, 16) / 0xffff_ffff;
}

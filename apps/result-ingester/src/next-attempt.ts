import { delayAfter } from '@batchmill/contracts';

export type NextAttempt = { readonly state: 'failed' } | { readonly state: 'retry'; readonly notBefore: Date };

/**
 * What comes after an attempt that did not answer. `attempts` counts that one too; `maxRetries: 3` is at most four.
 * The delay is 30 s after the first, doubles, and is at most an hour.
 */
export function nextAttempt(
  { attempts, maxRetries }: { readonly attempts: number; readonly maxRetries: number },
  {
    now,
    jitter,
    baseMs = 30_000,
    capMs = 3_600_000,
  }: { readonly now: Date; readonly jitter: number; readonly baseMs?: number; readonly capMs?: number },
): NextAttempt {
  if (attempts > maxRetries) return { state: 'failed' };
  const delayMs = delayAfter(attempts - 1, { baseMs, capMs, jitter });
  return { state: 'retry', notBefore: new Date(now.getTime() + delayMs) };
}

import { APIError } from 'openai/error';
import { shownRates } from '../rates/shown-rates.js';
import type { GovernedCall, RateLimiter } from '../rates/rate-limiter.js';
import { AccountRefusedError, RefusedError, TierRefusedError } from '../refused-error.js';

/** No limit of a minute asks to wait for longer. */
const minuteMs = 60_000;

/**
 * Tells the rate limiter what a refused call shows. Only what is about the rate of calls stops all of them: not a spent budget, a
 * full queue, a tier without resources, or a limit of the batches in an hour.
 */
export async function noteFailure(
  rateLimiter: RateLimiter,
  call: GovernedCall,
  { error, failure, now }: { readonly error: unknown; readonly failure: Error; readonly now: Date },
): Promise<void> {
  if (!(error instanceof APIError)) return;
  const { status, headers } = error as APIError; // without them for a lost answer
  if (status === undefined || headers === undefined) return;
  const shown = shownRates(status, headers, now);
  const stops = !(failure instanceof AccountRefusedError) && !isAboutOtherLimit(failure);
  await rateLimiter.note(call, { ...shown, stopMs: stops ? shown.stopMs : 0, usedTokens: null });
}

function isAboutOtherLimit(failure: Error): boolean {
  if (!(failure instanceof RefusedError)) return false;
  return (
    failure instanceof TierRefusedError || failure.refusal.about !== 'moment' || (failure.retryAfterMs ?? 0) > minuteMs
  );
}

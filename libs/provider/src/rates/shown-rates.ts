import { retryAfterMs } from '@batchmill/contracts';

/** What a response says of one limit. Null: nothing. */
export interface ShownRate {
  /** What may be sent in a minute. */
  readonly limit: number | null;
  readonly remaining: number | null;
  /** The time until all of the limit is there again. */
  readonly resetMs: number | null;
}

export interface ShownRates {
  readonly requests: ShownRate;
  readonly tokens: ShownRate;
  /** For how long no call may be sent, of any process; 0: the provider does not ask for it. */
  readonly stopMs: number;
}

interface ResponseHeaders {
  get(name: string): string | null;
}

/** For a 429 that does not say how long to wait. A process that is refused again waits longer by itself. */
const usualStopMs = 1_000;

/** The limits in the headers of a response: https://platform.openai.com/docs/guides/rate-limits, "Rate limits in headers". */
export function shownRates(status: number, headers: ResponseHeaders, now: Date): ShownRates {
  const asked = askedDelayMs(headers, now);
  const stopMs = status === 429 ? (asked ?? usualStopMs) : status === 503 ? (asked ?? 0) : 0;
  return { requests: shownRate('requests', headers), tokens: shownRate('tokens', headers), stopMs };
}

/** From OpenAI's `retry-after-ms` or from `retry-after`; null when the response has neither. */
export function askedDelayMs(headers: ResponseHeaders | undefined, now: Date): number | null {
  const ms = headers?.get('retry-after-ms');
  if (ms != null && ms.trim() !== '' && Number.isFinite(Number(ms))) return Math.max(0, Number(ms));
  return retryAfterMs(headers?.get('retry-after'), now);
}

function shownRate(unit: 'requests' | 'tokens', headers: ResponseHeaders): ShownRate {
  return {
    limit: countIn(headers.get(`x-ratelimit-limit-${unit}`)),
    remaining: countIn(headers.get(`x-ratelimit-remaining-${unit}`)),
    resetMs: durationMs(headers.get(`x-ratelimit-reset-${unit}`)),
  };
}

function countIn(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text.trim()) ? Number(text) : null;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1s`, `6m0s`, `20ms`, `1h2m3.5s`; null for anything else. */
function durationMs(text: string | null): number | null {
  const trimmed = text?.trim() ?? '';
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(trimmed)) return null;
  return [...trimmed.matchAll(/([\d.]+)(ms|[smhd])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitsMs[unit] ?? 0),
    0,
  );
}

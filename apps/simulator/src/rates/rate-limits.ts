import type { SimulatedClock } from '../clock/simulated-clock.js';
import { OpenAiError } from '../http/openai-error.js';
import type { Limits } from '../limits.js';

const minuteMs = 60_000;
/** Sums of simulated times are not exact. */
const leastMs = 0.1;

type Unit = 'requests' | 'tokens';
/** When the bucket, which holds a minute's worth, is full again; in simulated milliseconds. */
type FullAt = Record<Unit, number>;
export type RateHeaders = Readonly<Record<string, string>>;

/**
 * What the synchronous endpoints take in a minute, per account and model, in buckets that refill all the time:
 * https://platform.openai.com/docs/guides/rate-limits. A restart fills them.
 */
export class RateLimits {
  readonly #perMinute: Readonly<Record<Unit, number>>;
  readonly #clock: SimulatedClock;
  readonly #fullAt = new Map<string, FullAt>();

  constructor(limits: Limits, clock: SimulatedClock) {
    this.#clock = clock;
    this.#perMinute = { requests: limits.requestsPerMinute, tokens: limits.tokensPerMinute };
  }

  /** Returns the headers of the answer. Throws an OpenAiError of status 429 where there is no room, and takes nothing then. */
  take(account: string, model: string, tokens: number): RateHeaders {
    const bucket = this.#bucketOf(`${account}|${model}`);
    const amounts = { requests: 1, tokens };
    for (const unit of ['requests', 'tokens'] as const) this.#check(bucket, unit, amounts[unit], { account, model });
    for (const unit of ['requests', 'tokens'] as const) {
      bucket[unit] = Math.max(bucket[unit], this.#clock.nowMs()) + this.#refillMs(unit, amounts[unit]);
    }
    return this.#headersOf(bucket);
  }

  forget(): void {
    this.#fullAt.clear();
  }

  #bucketOf(key: string): FullAt {
    const known = this.#fullAt.get(key);
    if (known !== undefined) return known;
    const full = { requests: 0, tokens: 0 };
    this.#fullAt.set(key, full);
    return full;
  }

  #check(bucket: FullAt, unit: Unit, amount: number, { account, model }: { account: string; model: string }): void {
    const limit = this.#perMinute[unit];
    const waitMs = bucket[unit] + this.#refillMs(unit, amount) - minuteMs - this.#clock.nowMs();
    const isTooLarge = amount > limit;
    if (waitMs < leastMs && !isTooLarge) return;
    const per = unit === 'requests' ? 'requests per min (RPM)' : 'tokens per min (TPM)';
    const organization = account === '' ? 'org-simulated' : `org-${account}`;
    const used = limit - this.#remaining(bucket, unit);
    const message = isTooLarge
      ? `Request too large for ${model} in organization ${organization} on ${per}: Limit ${limit}, Requested ${amount}.`
      : `Rate limit reached for ${model} in organization ${organization} on ${per}: Limit ${limit}, Used ${used}, Requested ${amount}. Please try again in ${durationText(waitMs)}.`;
    const asked = { 'retry-after-ms': String(Math.ceil(waitMs)), 'retry-after': String(Math.ceil(waitMs / 1_000)) };
    throw new OpenAiError(429, message, {
      type: unit,
      code: 'rate_limit_exceeded',
      headers: { ...this.#headersOf(bucket), ...(isTooLarge ? {} : asked) },
    });
  }

  #headersOf(bucket: FullAt): RateHeaders {
    const headers: Record<string, string> = {};
    for (const unit of ['requests', 'tokens'] as const) {
      if (!Number.isFinite(this.#perMinute[unit])) continue;
      headers[`x-ratelimit-limit-${unit}`] = String(this.#perMinute[unit]);
      headers[`x-ratelimit-remaining-${unit}`] = String(this.#remaining(bucket, unit));
      headers[`x-ratelimit-reset-${unit}`] = durationText(Math.max(0, bucket[unit] - this.#clock.nowMs()));
    }
    return headers;
  }

  #remaining(bucket: FullAt, unit: Unit): number {
    const missingMs = Math.max(0, bucket[unit] - this.#clock.nowMs());
    return Math.max(0, Math.floor(this.#perMinute[unit] * (1 - missingMs / minuteMs)));
  }

  #refillMs(unit: Unit, amount: number): number {
    return (amount / this.#perMinute[unit]) * minuteMs;
  }
}

/** `20ms`, `1.2s`, `6m0s` */
function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 100) / 10;
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${Math.round(seconds % 60)}s`;
}

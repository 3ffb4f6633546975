import type { Clock } from '@batchmill/contracts';
import { RateLimitedError, type GovernedCall, type Noted, type Patience } from '@batchmill/provider';
import type { Collection } from '@batchmill/store';
import { countRateWait, type Log } from '@batchmill/telemetry';
import {
  learnRates,
  limitsOf,
  loanMs,
  newRateBucket,
  nothing,
  takeTurn,
  type Amounts,
  type Bound,
  type RateBucket,
} from './rate-bucket.js';

export interface RateLineContext {
  readonly collection: Collection<RateBucket>;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process in loans. */
  readonly owner: string;
  readonly perMinute: Amounts;
}

/** Shorter waits are part of every busy minute. */
const loggedFromMs = 1_000;
const logIntervalMs = 10_000;

/** The calls of this process that wait for one bucket, in the order in which they asked. Only the first one looks at it. */
export class RateLine {
  #last: Promise<void> = Promise.resolve();
  #holds: Amounts = nothing;
  #holdsUntilMs = 0;
  /** What earlier calls used beyond what they took. */
  #owedTokens = 0;
  /** The bucket as this process saw it last. */
  #seen: RateBucket | null = null;
  #loggedAtMs = 0;

  constructor(
    private readonly bucketId: string,
    private readonly context: RateLineContext,
  ) {}

  /** See `RateLimiter.take`. */
  async take(call: GovernedCall, patience: Patience): Promise<void> {
    const before = this.#last;
    const done = Promise.withResolvers<undefined>();
    this.#last = before.then(() => done.promise);
    const askedAtMs = this.#nowMs();
    try {
      await unlessAborted(before, patience.signal);
      throwIfAborted(call, patience.signal);
      const bound = await this.#takeTurn(call, patience);
      const waitedMs = this.#nowMs() - askedAtMs;
      countRateWait(bound ?? (waitedMs > 0 ? 'turn' : 'none'), waitedMs / 1_000);
    } finally {
      done.resolve(undefined);
    }
  }

  /** See `RateLimiter.note`. */
  async note(call: GovernedCall, noted: Noted): Promise<void> {
    const { perMinute, log } = this.context;
    if (noted.usedTokens !== null) this.#owedTokens += Math.max(0, noted.usedTokens - call.tokens);
    const learn = (bucket: RateBucket): RateBucket | null =>
      learnRates(bucket, noted, { nowMs: this.#nowMs(), perMinute });
    if (learn(this.#seen ?? newRateBucket(this.bucketId)) === null) return;
    try {
      for (;;) {
        const bucket = await this.#read();
        const learned = learn(bucket);
        if (learned === null) return;
        if (!(await this.#write(learned))) continue;
        if (noted.stopMs > 0) {
          const seconds = Math.ceil(noted.stopMs / 1_000);
          log.warn(`the provider asks to send nothing for ${seconds} s; every process waits`, this.#fields(call));
        }
        return;
      }
    } catch (error) {
      log.warn('what the provider said of its rate limit could not be stored', {
        ...this.#fields(call),
        error: String(error),
      });
    }
  }

  /** Returns what the call waited for; null: nothing. After it the call may be sent. */
  async #takeTurn(call: GovernedCall, patience: Patience): Promise<Bound | null> {
    const { owner, perMinute } = this.context;
    for (;;) {
      const bucket = await this.#read();
      throwIfAborted(call, patience.signal);
      const nowMs = this.#nowMs();
      const { rest, needs, owed } = this.#withHoldings(call, bucket, nowMs);
      const isCovered = needs.requests === 0 && needs.tokens === 0;
      if (isCovered && bucket.stoppedUntilMs <= nowMs) {
        this.#holds = rest;
        this.#owedTokens -= owed;
        return null;
      }
      const turn = takeTurn(bucket, needs, { owner, nowMs, perMinute, holds: rest });
      this.#checkPatience(call, turn.atMs - nowMs, turn.bound, bucket, patience);
      if (!(await this.#write(turn.bucket))) continue;
      this.#holds = turn.holds;
      this.#holdsUntilMs = nowMs + loanMs;
      this.#owedTokens -= owed;
      // After this line the turn is the call's own: later calls, also of other processes, come after it.
      if (turn.bound !== null) await this.#wait(call, turn.atMs, turn.bound, patience);
      return turn.bound;
    }
  }

  /** Until its turn, and for as long as the provider asks to send nothing. */
  async #wait(call: GovernedCall, atMs: number, bound: Bound, patience: Patience): Promise<void> {
    const { clock } = this.context;
    let untilMs = atMs;
    let waitsFor = bound;
    for (;;) {
      const leftMs = untilMs - this.#nowMs();
      if (leftMs > 0) {
        this.#logWait(call, leftMs, waitsFor);
        await clock.sleep(Math.ceil(leftMs), patience.signal);
        throwIfAborted(call, patience.signal);
        continue;
      }
      const bucket = await this.#read();
      if (bucket.stoppedUntilMs <= this.#nowMs()) return;
      untilMs = bucket.stoppedUntilMs;
      waitsFor = 'stop';
      this.#checkPatience(call, untilMs - this.#nowMs(), waitsFor, bucket, patience);
    }
  }

  /** What the call needs beside what this process holds. A stop takes away what was held before it. */
  #withHoldings(
    call: GovernedCall,
    { stoppedUntilMs }: RateBucket,
    nowMs: number,
  ): { rest: Amounts; needs: Amounts; owed: number } {
    const isValid = nowMs < this.#holdsUntilMs && stoppedUntilMs <= this.#holdsUntilMs - loanMs;
    const held = isValid ? this.#holds : nothing;
    const owed = this.#owedTokens;
    const tokens = call.model === null ? 0 : call.tokens + owed;
    const used = { requests: Math.min(held.requests, 1), tokens: Math.min(held.tokens, tokens) };
    return {
      rest: { requests: held.requests - used.requests, tokens: held.tokens - used.tokens },
      needs: { requests: 1 - used.requests, tokens: tokens - used.tokens },
      owed,
    };
  }

  #checkPatience(
    call: GovernedCall,
    waitMs: number,
    bound: Bound | null,
    bucket: RateBucket,
    { patienceMs }: Patience,
  ): void {
    if (bound === null || waitMs <= patienceMs) return;
    const { requests, tokens } = limitsOf(bucket, this.context.perMinute, this.#nowMs());
    const reason =
      bound === 'stop'
        ? 'the provider asked to send nothing until then'
        : `the rate limit is ${requests} requests and ${tokens} tokens a minute`;
    const seconds = Math.ceil(waitMs / 1_000);
    throw new RateLimitedError(`${call.name}: was not sent, its turn is in ${seconds} s: ${reason}`, {
      retryAfterMs: Math.ceil(waitMs),
    });
  }

  #logWait(call: GovernedCall, waitMs: number, bound: Bound): void {
    const nowMs = this.#nowMs();
    if (waitMs < loggedFromMs || nowMs - this.#loggedAtMs < logIntervalMs) return;
    this.#loggedAtMs = nowMs;
    const what = bound === 'stop' ? 'because the provider asked for it' : `for the rate limit of ${bound}`;
    this.context.log.info(`calls to the provider wait ${Math.ceil(waitMs / 1_000)} s ${what}`, this.#fields(call));
  }

  #fields({ name, account, model }: GovernedCall) {
    return { operation: 'rate-limiter', call: name, account, model };
  }

  async #read(): Promise<RateBucket> {
    const bucket = (await this.context.collection.findOne({ _id: this.bucketId })) ?? newRateBucket(this.bucketId);
    this.#seen = bucket;
    return bucket;
  }

  /** False: another process wrote it first. */
  async #write(bucket: RateBucket): Promise<boolean> {
    const { collection } = this.context;
    const { _id, revision, ...fields } = bucket;
    if (revision === 0) {
      await collection.updateOne({ _id }, { $setOnInsert: newRateBucket(_id) }, { upsert: true });
    }
    const { matched } = await collection.updateOne(
      { _id, revision },
      { $set: { ...fields, revision: revision + 1 } },
      { durable: false },
    );
    if (matched === 1) this.#seen = { ...bucket, revision: revision + 1 };
    return matched === 1;
  }

  #nowMs(): number {
    return this.context.clock.now().getTime();
  }
}

function throwIfAborted({ name }: GovernedCall, signal: AbortSignal): void {
  if (signal.aborted) throw new RateLimitedError(`${name}: was not sent, its wait was ended`, { retryAfterMs: 0 });
}

/** Resolves with the promise, or when the signal aborts. */
async function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = (): void => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort, { once: true });
  await Promise.race([promise, aborted.promise]);
  signal.removeEventListener('abort', onAbort);
}

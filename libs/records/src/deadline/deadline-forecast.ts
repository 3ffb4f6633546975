import type { Amounts } from '../rates/rate-bucket.js';

/** What is not answered yet of a run. Tokens are those that the rate limit counts: of the prompts, and the most that is answered. */
export interface Unfinished {
  readonly batchId: string;
  /** False: it waits to be sent. */
  readonly isAtProvider: boolean;
  /** The share of its requests that the provider has answered, from 0 to 1. */
  readonly answeredShare: number;
  readonly calls: number;
  readonly tokens: number;
}

export interface ForecastInput {
  readonly deadlineAt: Date;
  readonly batches: readonly Unfinished[];
  /** Of documents that are in no batch yet, estimated. */
  readonly unbuilt: { readonly calls: number; readonly tokens: number };
  readonly perMinute: Amounts;
}

/** What it takes to be done at a deadline. */
export interface DeadlineForecast {
  readonly deadlineAt: Date;
  /** How long all that is not answered would take at the synchronous endpoints, at the rate limit. */
  readonly synchronousMs: number;
  /** When each batch that is not answered is taken away from the provider's queue, and sent synchronously. */
  readonly overtakeAt: ReadonlyMap<string, Date>;
}

/** For what comes before and after the calls: claims, files, ingestion. */
const marginMs = 60_000;
/** Of the calls' time, for those that are repeated. */
const marginShare = 0.15;
/** A cancelled batch may take ten minutes (https://platform.openai.com/docs/guides/batch); 25 seconds were measured. */
const cancelMs = 60_000;

/**
 * Each batch is left to the provider for as long as what follows it can still be sent in time. Those that wait to be sent come
 * first, and then those of which the least is answered, so that the calls go at the full rate from the first batch to the last.
 */
export function forecastDeadline({ deadlineAt, batches, unbuilt, perMinute }: ForecastInput): DeadlineForecast {
  const msOf = ({ calls, tokens }: { calls: number; tokens: number }): number =>
    60_000 * Math.max(calls / perMinute.requests, tokens / perMinute.tokens);
  const inTurn = batches.toSorted(
    (a, b) => Number(a.isAtProvider) - Number(b.isAtProvider) || a.answeredShare - b.answeredShare,
  );
  const overtakeAt = new Map<string, Date>();
  // From the last on: what follows a batch, with itself.
  let following = { calls: unbuilt.calls, tokens: unbuilt.tokens };
  for (const { batchId, isAtProvider, calls, tokens } of inTurn.toReversed()) {
    following = { calls: following.calls + calls, tokens: following.tokens + tokens };
    const takesMs = msOf(following) * (1 + marginShare) + marginMs + (isAtProvider ? cancelMs : 0);
    overtakeAt.set(batchId, new Date(deadlineAt.getTime() - takesMs));
  }
  return { deadlineAt, synchronousMs: msOf(following), overtakeAt };
}

/** By how much a deadline is missed even if all that is left is sent now; 0: it can be met. */
export function lateMs({ deadlineAt, synchronousMs }: DeadlineForecast, now: Date): number {
  return Math.max(0, now.getTime() + synchronousMs + marginMs - deadlineAt.getTime());
}

import type { Amounts } from '../rates/rate-bucket.js';

/** What the rate limit counts. Tokens are of the prompts, and the most that is answered. */
export interface Calls {
  readonly calls: number;
  readonly tokens: number;
}

/** What is not answered yet of a batch. */
export interface Unfinished extends Calls {
  readonly batchId: string;
  readonly claimId: string;
  /** False: it waits to be sent. */
  readonly isAtProvider: boolean;
  /** The share of its requests that the provider has answered, from 0 to 1. */
  readonly answeredShare: number;
}

/** What a run needs of one model. */
export interface ModelNeed {
  readonly model: string;
  /** The rate limit that holds for it. Each model has one of its own. */
  readonly perMinute: Amounts;
  readonly batches: readonly Unfinished[];
  /** Of documents that are in no batch yet, estimated. */
  readonly unbuilt: Calls;
  /** Of batches that are ingested: requests that are sent again when the other batches of their claim are ingested. */
  readonly rests: readonly (Calls & { readonly claimId: string })[];
  /** Of other runs: what goes to the same model before this run's deadline. */
  readonly others: Calls;
}

export interface ForecastInput {
  readonly deadlineAt: Date;
  readonly models: readonly ModelNeed[];
}

/** What it takes to be done at a deadline. */
export interface DeadlineForecast {
  readonly deadlineAt: Date;
  /** How long all that is not answered would take at the synchronous endpoints, at the rate limits. */
  readonly synchronousMs: number;
  /** The model that takes so long; null: nothing is left. */
  readonly slowest: Pick<ModelNeed, 'model' | 'perMinute'> | null;
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
 * Each batch is left to the provider for as long as what follows it can still be sent in time. Of each model, those that wait to be
 * sent come first, and then those of which the least is answered, so that the calls go at the full rate from the first batch to the
 * last. What the batches of a claim lack is sent again when all of them are ingested, so that the first moment of one holds for all.
 */
export function forecastDeadline({ deadlineAt, models }: ForecastInput): DeadlineForecast {
  const before = (ms: number): Date => new Date(deadlineAt.getTime() - ms);
  const overtakeAt = new Map<string, Date>();
  const claimAt = new Map<string, Date>();
  const note = (claimId: string, at: Date): void => {
    const known = claimAt.get(claimId);
    if (known === undefined || at < known) claimAt.set(claimId, at);
  };
  let synchronousMs = 0;
  let slowest: DeadlineForecast['slowest'] = null;
  for (const { model, perMinute, batches, unbuilt, rests, others } of models) {
    const msOf = ({ calls, tokens }: Calls): number =>
      60_000 * Math.max(calls / perMinute.requests, tokens / perMinute.tokens);
    const withMargin = (calls: Calls): number => msOf(calls) * (1 + marginShare) + marginMs;
    const inTurn = batches.toSorted(
      (a, b) => Number(a.isAtProvider) - Number(b.isAtProvider) || a.answeredShare - b.answeredShare,
    );
    // From the last on: what follows a batch, with itself.
    let following = [others, unbuilt, ...rests].reduce(add, { calls: 0, tokens: 0 });
    for (const { claimId } of rests) note(claimId, before(withMargin(following)));
    for (const batch of inTurn.toReversed()) {
      following = add(following, batch);
      overtakeAt.set(batch.batchId, before(withMargin(following) + (batch.isAtProvider ? cancelMs : 0)));
    }
    const ms = msOf(following);
    if (ms > synchronousMs) slowest = { model, perMinute };
    synchronousMs = Math.max(synchronousMs, ms);
  }
  const all = models.flatMap(({ batches }) => batches);
  for (const { batchId, claimId } of all) note(claimId, overtakeAt.get(batchId) ?? deadlineAt);
  for (const { batchId, claimId } of all) overtakeAt.set(batchId, claimAt.get(claimId) ?? deadlineAt);
  return { deadlineAt, synchronousMs, slowest, overtakeAt };
}

/** By how much a deadline is missed even if all that is left is sent now; 0: it can be met. */
export function lateMs({ deadlineAt, synchronousMs }: DeadlineForecast, now: Date): number {
  return Math.max(0, now.getTime() + synchronousMs + marginMs - deadlineAt.getTime());
}

function add(one: Calls, other: Calls): Calls {
  return { calls: one.calls + other.calls, tokens: one.tokens + other.tokens };
}

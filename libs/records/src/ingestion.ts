import type { Usage } from '@batchmill/models';
import type { FailedRequests } from './failed-requests.js';
import type { ObservedTime } from './observed-time.js';
import { addCost, noCost, subtractCost, type Cost } from './run-totals.js';

/**
 * The parts of an ingestion, in their order. copy: the result files are copied. output, error: their lines are ingested.
 * problems: lines of the output file that are no answers. reuse: answers that nobody is billed for. missing: requests without a result. unrendered: requests that
 * were never sent. keep: lines that could not be used are kept. archive: the answers are archived for consumers. end: everything is stored.
 */
export const ingestionParts = [
  'copy',
  'output',
  'error',
  'problems',
  'reuse',
  'missing',
  'unrendered',
  'keep',
  'archive',
  'end',
] as const;
export type IngestionPart = (typeof ingestionParts)[number];

/** The checkpoint: everything before `part` and `offset` is stored. */
export interface Ingestion {
  readonly part: IngestionPart;
  /** Bytes of the part's file, or lines of the manifest. */
  readonly offset: number;
  /** The blobs of our copies of the provider's files. */
  readonly output: string | null;
  readonly error: string | null;
  /** The blob of the archive (see `ArchivedDocument`); null without answers, and for embeddings. */
  readonly archive?: string | null;
  /**
   * The blob of the lines that could not be used: answers that wait to be reprocessed, and lines that are no result of the batch.
   * Null or missing: there are none.
   */
  readonly kept?: string | null;
  /** One bit per request that is set once an answer came and could not be used; base64. */
  readonly unusable?: string;
  /** How many bits of it are set. */
  readonly unusableAnswers?: number;
  /** True when the provider has lost one of the files: requests without a result are free retries then. */
  readonly lost: boolean;
  /** Since when the provider has answered that a file does not exist; null: it has not. */
  readonly fileMissingSince: Date | null;
  /** For how long looks have missed it; null: none has. Missing in records of earlier versions: it counts from the next look. */
  readonly fileMissing?: ObservedTime | null;
  /** One bit per request that is set once its result was received; base64. */
  readonly received: string;
  /** Lines of the output file that are no answers. */
  readonly problems: number;
  /** Requests with an answer that was used. */
  readonly succeeded: number;
  /** Requests that failed for good. */
  readonly failed: number;
  /** The same by error code. Missing in records of earlier versions. */
  readonly errors?: readonly FailedRequests[];
  /** Of those, requests that the provider refused, alone or with their batch. Missing in records of earlier versions. */
  readonly refused?: number;
  /** Requests that will be sent again. */
  readonly retried: number;
  /** Of those, requests with an answer whose document had changed since they were sent. Missing in records of earlier versions. */
  readonly stale?: number;
  /** Lines that are no result, or the result of a request that the batch does not have. */
  readonly unknown: number;
  /** Further results of requests that had one. */
  readonly duplicates: number;
  /** `cached`: of the input, what the provider's cache held. Missing in records of earlier versions. */
  readonly tokens: { readonly input: number; readonly output: number; readonly cached?: number };
  readonly cost: Cost;
  /** The same by function. Missing in records of earlier versions. */
  readonly functions?: readonly FunctionCost[];
  /**
   * Of the cost, what was paid for results that are no answers, and for answers that could not be used. Missing in records of earlier
   * versions.
   */
  readonly unanswered?: Cost;
  /**
   * Tokens that the provider counted for the batch beyond those of its results. They are in `tokens` and `cost` where it counted
   * more. Null: both agree, or it does not say. Missing in records of earlier versions.
   */
  readonly unlisted?: { readonly input: number; readonly output: number } | null;
  /** Results at another tier than that of batches. Missing in records of earlier versions. */
  readonly otherTier?: number;
  /** The answers that nobody is billed for. Null: there are none, or that part is not reached yet. Missing in records of earlier versions. */
  readonly reused?: ReusedAnswers | null;
  /** The claim for whose vectors it has waited last. Missing: it has waited for none. */
  readonly awaits?: string;
  /** The first error: code and message, never contents. */
  readonly firstError: string | null;
  /** When the first document that went back to pending is due; null when none did. */
  readonly retryAt: Date | null;
}

/** Answers that were not bought: earlier ones to the same requests, and those that requests of the batch share. */
export interface ReusedAnswers {
  /** The blob of their result lines. */
  readonly file: string;
  /** How many there are, those that could not be used as well. */
  readonly answers: number;
  /** Those that were used, by function, with what they would have cost. */
  readonly functions: readonly FunctionCost[];
}

/** The answers of a batch that were bought and used. */
export function boughtAnswersOf({ succeeded, reused }: Pick<Ingestion, 'succeeded' | 'reused'>): number {
  return succeeded - (reused?.functions ?? []).reduce((sum, { requests }) => sum + requests, 0);
}

/** The answers of a batch that were bought, those that could not be used, or came too late, as well. */
export function paidAnswersOf({
  succeeded,
  unusableAnswers = 0,
  stale = 0,
  reused,
}: Pick<Ingestion, 'succeeded' | 'unusableAnswers' | 'stale' | 'reused'>): number {
  return succeeded + unusableAnswers + stale - (reused?.answers ?? 0);
}

/** What the requests of one function have cost. */
export interface FunctionCost {
  readonly function: string;
  readonly requests: number;
  /** `cached` as in `Ingestion`. */
  readonly tokens: { readonly input: number; readonly output: number; readonly cached?: number };
  readonly cost: Cost;
  /** Of the cost, what was paid for results that are no answers, and for answers that could not be used; missing: nothing. */
  readonly unanswered?: Cost;
}

/** The costs by function with those of one more request. */
export function addToFunctions(
  functions: readonly FunctionCost[],
  name: string,
  { usage, cost, unanswered }: { readonly usage: Usage; readonly cost: Cost; readonly unanswered: Cost },
): FunctionCost[] {
  const known = functions.find((one) => one.function === name);
  const own = known ?? { function: name, requests: 0, tokens: { input: 0, output: 0, cached: 0 }, cost: noCost };
  const counted = {
    ...own,
    requests: own.requests + 1,
    tokens: {
      input: own.tokens.input + usage.inputTokens,
      output: own.tokens.output + usage.outputTokens,
      cached: (own.tokens.cached ?? 0) + (usage.cachedTokens ?? 0),
    },
    cost: addCost(own.cost, cost),
    unanswered: addCost(own.unanswered ?? noCost, unanswered),
  };
  return known === undefined ? [...functions, counted] : functions.map((one) => (one === known ? counted : one));
}

/** The costs by function without those of one request, which was added before. */
export function takeFromFunctions(
  functions: readonly FunctionCost[],
  name: string,
  { usage, cost }: { readonly usage: Usage; readonly cost: Cost },
): FunctionCost[] {
  return functions.map((one) =>
    one.function !== name
      ? one
      : {
          ...one,
          requests: one.requests - 1,
          tokens: {
            input: one.tokens.input - usage.inputTokens,
            output: one.tokens.output - usage.outputTokens,
            cached: (one.tokens.cached ?? 0) - (usage.cachedTokens ?? 0),
          },
          cost: subtractCost(one.cost, cost),
        },
  );
}

/** The ingestion of a batch of which nothing was ingested yet. */
export const notIngested: Ingestion = {
  part: 'copy',
  offset: 0,
  output: null,
  error: null,
  archive: null,
  kept: null,
  unusable: '',
  unusableAnswers: 0,
  lost: false,
  fileMissingSince: null,
  fileMissing: null,
  received: '',
  problems: 0,
  succeeded: 0,
  failed: 0,
  errors: [],
  retried: 0,
  unknown: 0,
  duplicates: 0,
  tokens: { input: 0, output: 0 },
  cost: noCost,
  firstError: null,
  retryAt: null,
};

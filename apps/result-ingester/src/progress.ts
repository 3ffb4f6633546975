import type { DocumentError } from '@batchmill/contracts';
import type { NamedModel, PriceBook, PriceTier, Usage } from '@batchmill/models';
import type { BatchUsage, Classified } from '@batchmill/provider';
import {
  addCost,
  addToFunctions,
  costAtTier,
  countFailed,
  noCost,
  requestCost,
  takeFromFunctions,
  type Cost,
  type Ingestion,
} from '@batchmill/records';
import { RequestBits } from './request-bits.js';
import type { SentRequests } from './sent-requests.js';

/** The checkpoint of an ingestion and its counts. `state` is what is stored. */
export class Progress {
  /** The requests that have a result. */
  readonly received: RequestBits;
  /** The requests whose answer came and could not be used. */
  readonly unusable: RequestBits;
  #state: Ingestion;

  constructor(
    ingestion: Ingestion,
    private readonly sent: SentRequests,
    private readonly pricing: { model: NamedModel; at: Date; tier: PriceTier; longestInput: number; prices: PriceBook },
  ) {
    const requests = sent.requests.length;
    this.#state = ingestion;
    this.received = new RequestBits(requests, ingestion.received);
    this.unusable = new RequestBits(requests, ingestion.unusable ?? '');
  }

  /** Our copies of the provider's files, and the answers that nobody is billed for. */
  get resultFiles(): string[] {
    const { output, error, reused = null } = this.#state;
    return [output, error, reused?.file ?? null].filter((name) => name !== null);
  }

  get part(): Ingestion['part'] {
    return this.#state.part;
  }

  get offset(): number {
    return this.#state.offset;
  }

  get state(): Ingestion {
    return {
      ...this.#state,
      received: this.received.toString(),
      unusable: this.unusable.toString(),
      unusableAnswers: this.unusable.count,
    };
  }

  advance(
    to: Partial<
      Pick<
        Ingestion,
        | 'part'
        | 'offset'
        | 'output'
        | 'error'
        | 'reused'
        | 'kept'
        | 'archive'
        | 'lost'
        | 'fileMissingSince'
        | 'fileMissing'
      >
    >,
  ): void {
    this.#state = { ...this.#state, ...to };
  }

  countLine(kind: 'unknown' | 'duplicates' | 'problems'): void {
    this.#state = { ...this.#state, [kind]: this.#state[kind] + 1 };
  }

  /** Compares the tokens of the results with the provider's own count. Called once, when all of them are counted. */
  reconcile({ inputTokens, cachedTokens, outputTokens }: BatchUsage): void {
    const { tokens, cost, unanswered = noCost } = this.#state;
    const input = inputTokens - tokens.input;
    const output = outputTokens - tokens.output;
    if (input === 0 && output === 0) return;
    const missing = { input: Math.max(0, input), output: Math.max(0, output) };
    const cached = Math.min(missing.input, Math.max(0, cachedTokens - (tokens.cached ?? 0)));
    const { model, at, tier, longestInput, prices } = this.pricing;
    const usage = { inputTokens: missing.input, outputTokens: missing.output, cachedTokens: cached, longestInput };
    const added = requestCost(prices, model, usage, at, tier);
    this.#state = {
      ...this.#state,
      unlisted: { input, output },
      tokens: {
        input: tokens.input + missing.input,
        output: tokens.output + missing.output,
        cached: (tokens.cached ?? 0) + cached,
      },
      cost: addCost(cost, added),
      unanswered: addCost(unanswered, added),
    };
  }

  /** Counts a request's result, its tokens and its cost. Called once per request. `index`: null when it was never sent. */
  countResult(classified: Classified, index: number | null, functionName: string): void {
    if (index !== null && classified.outcome !== 'answered' && classified.isKept) this.unusable.add(index);
    const { succeeded, failed, errors = [], refused = 0, retried, firstError } = this.#state;
    const { usage, outcome } = classified;
    if (index === null || !this.sent.isFree(index)) this.#countUsage(usage, functionName, outcome === 'answered');
    else this.#countReused(classified, functionName);
    const isRefused = outcome === 'fail' && isRefusal(classified.error);
    this.#state = {
      ...this.#state,
      refused: refused + (isRefused ? 1 : 0),
      succeeded: succeeded + (outcome === 'answered' ? 1 : 0),
      failed: failed + (outcome === 'fail' ? 1 : 0),
      errors: outcome === 'fail' ? countFailed(errors, classified.error) : errors,
      retried: retried + (outcome === 'retry' ? 1 : 0),
      firstError:
        firstError ?? (outcome === 'answered' ? null : `${classified.error.code}: ${classified.error.message}`),
    };
  }

  /** Moves a request from retried to failed: it has used up its attempts. */
  countExhausted(error: DocumentError): void {
    const { retried, failed, errors = [], refused = 0 } = this.#state;
    this.#state = {
      ...this.#state,
      retried: retried - 1,
      failed: failed + 1,
      errors: countFailed(errors, error),
      refused: refused + (isRefusal(error) ? 1 : 0),
    };
  }

  /** Moves a request from succeeded to failed: it was answered, but the answer could not be used. What was paid for it is wasted. */
  countUnusable(
    { error, usage }: { readonly error: DocumentError; readonly usage: Usage },
    { index, function: functionName }: { readonly index: number | null; readonly function: string },
  ): void {
    if (index !== null) this.unusable.add(index);
    const { succeeded, failed, errors = [], firstError } = this.#state;
    this.#state = {
      ...this.#state,
      succeeded: succeeded - 1,
      failed: failed + 1,
      errors: countFailed(errors, error),
      firstError: firstError ?? `${error.code}: ${error.message}`,
    };
    this.#countUnused(usage, index, functionName);
  }

  /** Moves a request from succeeded to retried: its document had changed. What was paid for the answer is wasted. */
  countStale(
    { error, usage }: { readonly error: DocumentError; readonly usage: Usage },
    { index, function: functionName }: { readonly index: number | null; readonly function: string },
  ): void {
    const { succeeded, retried, stale = 0, firstError } = this.#state;
    this.#state = {
      ...this.#state,
      succeeded: succeeded - 1,
      retried: retried + 1,
      stale: stale + 1,
      firstError: firstError ?? `${error.code}: ${error.message}`,
    };
    this.#countUnused(usage, index, functionName);
  }

  /** Keeps the earliest time at which a document is due again. */
  noteRetryAt(notBefore: Date): void {
    const { retryAt } = this.#state;
    if (retryAt === null || notBefore < retryAt) this.#state = { ...this.#state, retryAt: notBefore };
  }

  #countUnused(usage: Usage, index: number | null, functionName: string): void {
    if (index !== null && this.sent.isFree(index)) this.#discountReused(usage, functionName);
    else this.#countWasted(usage, functionName);
  }

  #countWasted(usage: Usage, functionName: string): void {
    const { model, at, tier, prices } = this.pricing;
    const cost = requestCost(prices, model, usage, at, tier);
    const { functions = [], unanswered = noCost } = this.#state;
    this.#state = {
      ...this.#state,
      functions: functions.map((one) =>
        one.function === functionName ? { ...one, unanswered: addCost(one.unanswered ?? noCost, cost) } : one,
      ),
      unanswered: addCost(unanswered, cost),
    };
  }

  #countReused(classified: Classified, functionName: string): void {
    const { reused } = this.#state;
    const isAnswered = classified.outcome === 'answered';
    if (reused == null || !(isAnswered || classified.isKept)) return;
    const { usage } = classified;
    const counted = { usage, cost: this.#costOfReused(usage), unanswered: noCost };
    const functions = isAnswered ? addToFunctions(reused.functions, functionName, counted) : reused.functions;
    this.#state = { ...this.#state, reused: { ...reused, answers: reused.answers + 1, functions } };
  }

  #discountReused(usage: Usage, functionName: string): void {
    const { reused } = this.#state;
    if (reused == null) return;
    const cost = this.#costOfReused(usage);
    const functions = takeFromFunctions(reused.functions, functionName, { usage, cost });
    this.#state = { ...this.#state, reused: { ...reused, functions } };
  }

  /** What the answer would cost now, whatever tier it came from. */
  #costOfReused(usage: Usage): Cost {
    const { model, at, tier, prices } = this.pricing;
    return costAtTier(prices, model, usage, at, tier);
  }

  #countUsage(usage: Usage, functionName: string, isAnswered: boolean): void {
    if (usage.inputTokens + usage.outputTokens === 0) return;
    const { model, at, tier, prices } = this.pricing;
    const cost = requestCost(prices, model, usage, at, tier);
    const { tokens, functions = [], unanswered = noCost, otherTier = 0 } = this.#state;
    const wasted = isAnswered ? noCost : cost;
    this.#state = {
      ...this.#state,
      tokens: {
        input: tokens.input + usage.inputTokens,
        output: tokens.output + usage.outputTokens,
        cached: (tokens.cached ?? 0) + (usage.cachedTokens ?? 0),
      },
      cost: addCost(this.#state.cost, cost),
      functions: addToFunctions(functions, functionName, { usage, cost, unanswered: wasted }),
      unanswered: addCost(unanswered, wasted),
      otherTier: otherTier + (usage.otherTier === undefined ? 0 : 1),
    };
  }
}

function isRefusal({ code }: DocumentError): boolean {
  return code === 'provider.refused-request' || code === 'provider.batch-failed';
}

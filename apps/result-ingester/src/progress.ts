import type { DocumentError } from '@batchmill/contracts';
import { costOf, type PriceEntry } from '@batchmill/models';
import type { Classified } from '@batchmill/provider';
import type { Ingestion } from '@batchmill/records';
import { ReceivedBits } from './received-bits.js';

/** The ingestion's checkpoint while it grows. */
export class Progress {
  readonly received: ReceivedBits;
  #state: Ingestion;

  constructor(
    ingestion: Ingestion,
    requests: number,
    private readonly pricing: { model: string; at: Date; overrides: readonly PriceEntry[] },
  ) {
    this.#state = ingestion;
    this.received = new ReceivedBits(requests, ingestion.received);
  }

  get part(): Ingestion['part'] {
    return this.#state.part;
  }

  get offset(): number {
    return this.#state.offset;
  }

  get state(): Ingestion {
    return { ...this.#state, received: this.received.toString() };
  }

  advance(
    to: Partial<Pick<Ingestion, 'part' | 'offset' | 'output' | 'error' | 'archive' | 'lost' | 'fileMissingSince'>>,
  ): void {
    this.#state = { ...this.#state, ...to };
  }

  countOdd(what: 'unknown' | 'duplicates' | 'problems'): void {
    this.#state = { ...this.#state, [what]: this.#state[what] + 1 };
  }

  /** Counts a request's verdict, its tokens and its cost. Called once per request. */
  count(classified: Classified): void {
    const { tokens, cost, succeeded, failed, retried, firstError } = this.#state;
    const { usage, outcome } = classified;
    this.#state = {
      ...this.#state,
      succeeded: succeeded + (outcome === 'answered' ? 1 : 0),
      failed: failed + (outcome === 'fail' ? 1 : 0),
      retried: retried + (outcome === 'retry' ? 1 : 0),
      tokens: { input: tokens.input + usage.inputTokens, output: tokens.output + usage.outputTokens },
      cost: this.#costWith(cost, usage),
      firstError:
        firstError ?? (outcome === 'answered' ? null : `${classified.error.code}: ${classified.error.message}`),
    };
  }

  /** A request that was to be asked again has used up its attempts. */
  countGivenUp(): void {
    this.#state = { ...this.#state, retried: this.#state.retried - 1, failed: this.#state.failed + 1 };
  }

  /** A request that was answered, counted as such, and whose answer could not be put to use. */
  countUnusable(becomes: 'retried' | 'failed', { code, message }: DocumentError): void {
    const { succeeded, firstError } = this.#state;
    const counts = { succeeded: succeeded - 1, [becomes]: this.#state[becomes] + 1 };
    this.#state = { ...this.#state, ...counts, firstError: firstError ?? `${code}: ${message}` };
  }

  countRetryAt(notBefore: Date): void {
    const { retryAt } = this.#state;
    if (retryAt === null || notBefore < retryAt) this.#state = { ...this.#state, retryAt: notBefore };
  }

  #costWith(cost: Ingestion['cost'], usage: Classified['usage']): Ingestion['cost'] {
    const { model, at, overrides } = this.pricing;
    if (usage.inputTokens + usage.outputTokens === 0) return cost;
    const usd = costOf(model, usage, at, 'batch', overrides);
    const synchronousUsd = costOf(model, usage, at, 'synchronous', overrides);
    if (usd === null || synchronousUsd === null) return { ...cost, incomplete: true };
    return { ...cost, usd: cost.usd + usd, synchronousUsd: cost.synchronousUsd + synchronousUsd };
  }
}

import type { DocumentError } from '@batchmill/contracts';
import { costOf, type PriceEntry } from '@batchmill/models';
import type { Classified } from '@batchmill/provider';
import type { Ingestion } from '@batchmill/records';

/** The checkpoint of an ingestion and its counts. `state` is what is stored. */
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

  countLine(kind: 'unknown' | 'duplicates' | 'problems'): void {
    this.#state = { ...this.#state, [kind]: this.#state[kind] + 1 };
  }

  /** Counts a request's result, its tokens and its cost. Called once per request. */
  countResult(classified: Classified): void {
    const { tokens, cost, succeeded, failed, refused = 0, retried, firstError } = this.#state;
    const { usage, outcome } = classified;
    const isRefused = outcome !== 'answered' && classified.error.code === 'provider.refused-request';
    this.#state = {
      ...this.#state,
      refused: refused + (isRefused ? 1 : 0),
      succeeded: succeeded + (outcome === 'answered' ? 1 : 0),
      failed: failed + (outcome === 'fail' ? 1 : 0),
      retried: retried + (outcome === 'retry' ? 1 : 0),
      tokens: { input: tokens.input + usage.inputTokens, output: tokens.output + usage.outputTokens },
      cost: this.#costWith(cost, usage),
      firstError:
        firstError ?? (outcome === 'answered' ? null : `${classified.error.code}: ${classified.error.message}`),
    };
  }

  /** Moves a request from retried to failed: it has used up its attempts. */
  countExhausted(): void {
    this.#state = { ...this.#state, retried: this.#state.retried - 1, failed: this.#state.failed + 1 };
  }

  /** Moves a request from succeeded to retried or failed: it was answered, but the answer could not be used. */
  countUnusable(becomes: 'retried' | 'failed', { code, message }: DocumentError): void {
    const { succeeded, firstError } = this.#state;
    const counts = { succeeded: succeeded - 1, [becomes]: this.#state[becomes] + 1 };
    this.#state = { ...this.#state, ...counts, firstError: firstError ?? `${code}: ${message}` };
  }

  /** Keeps the earliest time at which a document is due again. */
  noteRetryAt(notBefore: Date): void {
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

/** Which requests of a batch have a result, one bit each. The checkpoint stores it as base64. */
class ReceivedBits {
  readonly #bits: Buffer;

  constructor(requests: number, base64: string) {
    this.#bits = Buffer.alloc(Math.ceil(requests / 8));
    Buffer.from(base64, 'base64').copy(this.#bits);
  }

  has(index: number): boolean {
    return ((this.#bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
  }

  add(index: number): void {
    this.#bits[index >> 3] = (this.#bits[index >> 3] ?? 0) | (1 << (index & 7));
  }

  toString(): string {
    return this.#bits.toString('base64');
  }
}

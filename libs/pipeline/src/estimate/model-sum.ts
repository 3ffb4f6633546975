import type { PriceBook } from '@batchmill/models';
import { BatchFilling, type Filled } from '../batches/batch-filling.js';
import type { FillingLimits } from '../batches/filling-limits.js';
import type { ModelFunctions } from '../batches/models-of.js';
import type { EstimatedCost, ModelEstimate } from './estimate.js';
import type { MeasuredRequests } from './measure-document.js';

const nothing: EstimatedCost = { nanoUsd: 0, synchronousNanoUsd: 0 };

/** The requests of a run to one model, and the batches that they make. */
export class ModelSum {
  #filling: BatchFilling;
  #requests = 0;
  #batches = 0;
  #inputTokens = 0;
  #expectedTokens = 0;
  #maxTokens = 0;
  #floor = nothing;
  #expected = nothing;
  #worst = nothing;

  constructor(
    private readonly of: {
      readonly named: ModelFunctions;
      readonly limits: FillingLimits;
      readonly prices: PriceBook;
      readonly at: Date;
    },
  ) {
    this.#filling = this.#emptyFile();
  }

  /** Adds the requests of a document, to the next file if need be. */
  add(requests: MeasuredRequests): Exclude<Filled, 'full'> {
    let filled = this.#filling.add(requests, requests);
    if (filled === 'full') {
      this.#endFile();
      filled = this.#filling.add(requests, requests);
    }
    // An empty file is never full.
    if (filled !== 'taken') return filled === 'full' ? 'too-large' : filled;
    this.#requests += requests.requests;
    this.#inputTokens += requests.tokens;
    this.#expectedTokens += requests.expectedTokens;
    this.#maxTokens += requests.maxTokens;
    this.#floor = plus(this.#floor, requests.floor);
    this.#expected = plus(this.#expected, requests.expected);
    return filled;
  }

  /** The documents that follow are of another claim, and go into other files. */
  endClaim(): void {
    if (this.#filling.size.requests > 0) this.#endFile();
  }

  estimate(): ModelEstimate {
    return {
      model: this.of.named.model,
      requests: this.#requests,
      batches: this.#batches,
      inputTokens: this.#inputTokens,
      expectedOutputTokens: Math.round(this.#expectedTokens),
      maxOutputTokens: this.#maxTokens,
      cost: { floor: this.#floor, expected: this.#expected, worst: this.#worst },
    };
  }

  #endFile(): void {
    const { named, prices, at } = this.of;
    const { worst } = this.#filling;
    this.#batches += 1;
    this.#worst = plus(this.#worst, {
      nanoUsd: prices.worstCostOf(named, worst, at, 'batch'),
      synchronousNanoUsd: prices.worstCostOf(named, worst, at, 'standard'),
    });
    this.#filling = this.#emptyFile();
  }

  #emptyFile(): BatchFilling {
    return new BatchFilling(this.of.limits);
  }
}

function plus(a: EstimatedCost, b: EstimatedCost): EstimatedCost {
  const sum = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : one + other;
  return {
    nanoUsd: sum(a.nanoUsd, b.nanoUsd),
    synchronousNanoUsd: sum(a.synchronousNanoUsd, b.synchronousNanoUsd),
  };
}

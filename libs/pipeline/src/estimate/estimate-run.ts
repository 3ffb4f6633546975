import { usdOf, type PriceBook, type PriceTier } from '@batchmill/models';
import { requestLine, type FileLimits, type RenderedRequest } from '@batchmill/provider';
import type { RunPlan } from '../plan/run-plan.js';

/** The requests of a sample of documents. Documents that could not be rendered count, without requests. */
export interface EstimateSample {
  readonly documents: number;
  readonly requests: readonly RenderedRequest[];
}

export interface ModelEstimate {
  readonly model: string;
  readonly requests: number;
  readonly inputTokens: number;
  /** An upper bound. */
  readonly maxOutputTokens: number;
  readonly batches: number;
  /** An upper bound in US dollars; null when the model's price is unknown. */
  readonly usd: number | null;
  readonly synchronousUsd: number | null;
  readonly savedUsd: number | null;
}

export interface Estimate extends Omit<ModelEstimate, 'model'> {
  readonly documents: number;
  readonly models: readonly ModelEstimate[];
  /** Models with unknown prices, which make the sums in dollars null. */
  readonly unpriced: readonly string[];
}

/** Estimates the requests and the maximum cost of a run over `documents` documents, from a sample of them. */
export function estimateRun(
  plan: RunPlan,
  {
    documents,
    sample,
    limits,
    at,
    prices,
  }: {
    readonly documents: number;
    readonly sample: EstimateSample;
    /** What the provider takes in one file. */
    readonly limits: FileLimits;
    readonly at: Date;
    readonly prices: PriceBook;
  },
): Estimate {
  const scale = sample.documents === 0 ? 0 : documents / sample.documents;
  const byModel = Map.groupBy(sample.requests, ({ model }) => model);
  const models = [...byModel].map(([model, requests]) =>
    estimateModel(plan, { model, requests, scale, documents, limits, at, prices }),
  );
  const sum = (pick: (estimate: ModelEstimate) => number): number =>
    models.reduce((total, estimate) => total + pick(estimate), 0);
  const sumKnown = (pick: (estimate: ModelEstimate) => number | null): number | null =>
    models.reduce<number | null>((total, estimate) => addKnown(total, pick(estimate)), 0);
  return {
    documents,
    requests: sum((estimate) => estimate.requests),
    inputTokens: sum((estimate) => estimate.inputTokens),
    maxOutputTokens: sum((estimate) => estimate.maxOutputTokens),
    batches: sum((estimate) => estimate.batches),
    usd: sumKnown((estimate) => estimate.usd),
    synchronousUsd: sumKnown((estimate) => estimate.synchronousUsd),
    savedUsd: sumKnown((estimate) => estimate.savedUsd),
    models,
    unpriced: models.filter((estimate) => estimate.usd === null).map((estimate) => estimate.model),
  };
}

function estimateModel(
  { endpointPlan }: RunPlan,
  {
    model,
    requests,
    scale,
    documents,
    limits,
    at,
    prices,
  }: {
    readonly model: string;
    readonly requests: readonly RenderedRequest[];
    readonly scale: number;
    readonly documents: number;
    readonly limits: FileLimits;
    readonly at: Date;
    readonly prices: PriceBook;
  },
): ModelEstimate {
  const scaled = (pick: (request: RenderedRequest) => number): number =>
    Math.round(requests.reduce((total, request) => total + pick(request), 0) * scale);
  const count = scaled(() => 1);
  const usage = {
    inputTokens: scaled((request) => request.inputTokens),
    outputTokens: scaled((request) => request.maxOutputTokens),
  };
  const named = requests[0] ?? model;
  const usdAt = (tier: PriceTier): number | null => {
    if (prices.priceOf(named, at) === null) return null;
    const costs = requests.map(({ inputTokens, maxOutputTokens: outputTokens }) =>
      prices.costOf(named, { inputTokens, outputTokens }, at, tier),
    );
    return usdOf(Math.round(costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0) * scale));
  };
  const usd = usdAt('batch');
  const synchronousUsd = usdAt('standard');
  return {
    model,
    requests: count,
    inputTokens: usage.inputTokens,
    maxOutputTokens: usage.outputTokens,
    batches: Math.max(
      Math.ceil(Math.min(documents, count) / endpointPlan.batchSize),
      Math.ceil(count / limits.maxRequests),
      Math.ceil(scaled((request) => request.inputs) / limits.maxInputs),
      // A typical length of a `custom_id`.
      Math.ceil(scaled((request) => Buffer.byteLength(requestLine('x'.repeat(50), request))) / limits.maxFileBytes),
    ),
    usd,
    synchronousUsd,
    savedUsd: usd === null || synchronousUsd === null ? null : synchronousUsd - usd,
  };
}

function addKnown(total: number | null, value: number | null): number | null {
  return total === null || value === null ? null : total + value;
}

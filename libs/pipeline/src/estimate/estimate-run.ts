import { costOf, type PriceEntry } from '@batchmill/models';
import { providerLimits, requestLine, type RenderedRequest } from '@batchmill/provider';
import type { RunPlan } from '../plan/run-plan.js';

/** Some of the documents, rendered. Those that could not be rendered count as documents without requests. */
export interface EstimateSample {
  readonly documents: number;
  readonly requests: readonly RenderedRequest[];
}

export interface ModelEstimate {
  readonly model: string;
  readonly requests: number;
  readonly inputTokens: number;
  /** Answers may be shorter, never longer. */
  readonly maxOutputTokens: number;
  readonly batches: number;
  /** At most; null when the model's price is not known. */
  readonly usd: number | null;
  readonly synchronousUsd: number | null;
  readonly savedUsd: number | null;
}

export interface Estimate extends Omit<ModelEstimate, 'model'> {
  readonly documents: number;
  readonly models: readonly ModelEstimate[];
  /** Models without a known price: the sums in dollars are null because of them. */
  readonly unpriced: readonly string[];
}

/** What a run over `documents` documents will ask and cost at most, as a sample of them says. */
export function estimateRun(
  plan: RunPlan,
  {
    documents,
    sample,
    at,
    overrides = [],
  }: {
    readonly documents: number;
    readonly sample: EstimateSample;
    readonly at: Date;
    readonly overrides?: readonly PriceEntry[];
  },
): Estimate {
  const scale = sample.documents === 0 ? 0 : documents / sample.documents;
  const byModel = Map.groupBy(sample.requests, ({ model }) => model);
  const models = [...byModel].map(([model, requests]) =>
    estimateModel(plan, { model, requests, scale, documents, at, overrides }),
  );
  const sum = (pick: (one: ModelEstimate) => number): number => models.reduce((total, one) => total + pick(one), 0);
  const sumKnown = (pick: (one: ModelEstimate) => number | null): number | null =>
    models.reduce<number | null>((total, one) => addKnown(total, pick(one)), 0);
  return {
    documents,
    requests: sum((one) => one.requests),
    inputTokens: sum((one) => one.inputTokens),
    maxOutputTokens: sum((one) => one.maxOutputTokens),
    batches: sum((one) => one.batches),
    usd: sumKnown((one) => one.usd),
    synchronousUsd: sumKnown((one) => one.synchronousUsd),
    savedUsd: sumKnown((one) => one.savedUsd),
    models,
    unpriced: models.filter((one) => one.usd === null).map((one) => one.model),
  };
}

function estimateModel(
  { endpointPlan }: RunPlan,
  {
    model,
    requests,
    scale,
    documents,
    at,
    overrides,
  }: {
    readonly model: string;
    readonly requests: readonly RenderedRequest[];
    readonly scale: number;
    readonly documents: number;
    readonly at: Date;
    readonly overrides: readonly PriceEntry[];
  },
): ModelEstimate {
  const scaled = (pick: (request: RenderedRequest) => number): number =>
    Math.round(requests.reduce((total, request) => total + pick(request), 0) * scale);
  const count = scaled(() => 1);
  const usage = { inputTokens: scaled((one) => one.inputTokens), outputTokens: scaled((one) => one.maxOutputTokens) };
  const usd = costOf(model, usage, at, 'batch', overrides);
  const synchronousUsd = costOf(model, usage, at, 'synchronous', overrides);
  return {
    model,
    requests: count,
    inputTokens: usage.inputTokens,
    maxOutputTokens: usage.outputTokens,
    batches: Math.max(
      Math.ceil(Math.min(documents, count) / endpointPlan.batchSize),
      Math.ceil(count / providerLimits.maxRequests),
      Math.ceil(scaled((one) => one.inputs) / providerLimits.maxInputs),
      // Ids are about this long.
      Math.ceil(scaled((one) => Buffer.byteLength(requestLine('x'.repeat(50), one))) / providerLimits.maxFileBytes),
    ),
    usd,
    synchronousUsd,
    savedUsd: usd === null || synchronousUsd === null ? null : synchronousUsd - usd,
  };
}

function addKnown(total: number | null, value: number | null): number | null {
  return total === null || value === null ? null : total + value;
}

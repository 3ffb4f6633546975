import type { PriceBook, PriceTier } from '@batchmill/models';
import type { SourceDocument } from '@batchmill/documents';
import type { RenderFailure, RenderedRequest, Rendering } from '@batchmill/provider';
import type { FileAddition } from '../batches/batch-filling.js';
import { linesOfDocument } from '../batches/lines-of-document.js';
import type { ModelFunctions } from '../batches/models-of.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { EstimatedCost, ExpectedAnswers } from './estimate.js';

/** What the requests of a document to one model come to. */
export interface MeasuredRequests extends FileAddition {
  /** An index into the run's models. */
  readonly model: number;
  readonly expectedTokens: number;
  readonly maxTokens: number;
  readonly floor: EstimatedCost;
  readonly expected: EstimatedCost;
}

/** A document without its text, so that many of them can be kept. */
export interface MeasuredDocument {
  readonly models: readonly MeasuredRequests[];
  readonly failures: readonly RenderFailure[];
}

export interface MeasureOptions {
  readonly models: readonly ModelFunctions[];
  readonly expected: ReadonlyMap<string, ExpectedAnswers>;
  readonly prices: PriceBook;
  readonly at: Date;
}

/** What a run would request of a document. */
export interface DocumentToMeasure {
  readonly document: SourceDocument;
  readonly functions: readonly string[];
  readonly rendering: Rendering;
  /** The functions that take the answer to an earlier request. */
  readonly reused: ReadonlySet<string>;
}

export function measureDocument(
  plan: RunPlan,
  { document, functions, rendering, reused }: DocumentToMeasure,
  options: MeasureOptions,
): MeasuredDocument {
  const models: MeasuredRequests[] = [];
  const failures: RenderFailure[] = [];
  for (const [model, { functions: ofModel }] of options.models.entries()) {
    if (!functions.some((name) => ofModel.includes(name))) continue;
    const isOfModel = (each: { readonly function: string }): boolean => ofModel.includes(each.function);
    const part = { requests: rendering.requests.filter(isOfModel), failures: rendering.failures.filter(isOfModel) };
    const isSent = (request: RenderedRequest): boolean => !reused.has(request.function);
    const lines = linesOfDocument(document, part, plan.pipeline.source, { isSent });
    failures.push(...lines.failures);
    const { documents, requests, bytes, inputs, tokens, worst, unsent } = lines;
    const asked = lines.requested.map(({ request }) => request).filter(isSent);
    models.push({ model, documents, requests, bytes, inputs, tokens, worst, unsent, ...answersOf(asked, options) });
  }
  return { models, failures };
}

function answersOf(
  requests: readonly RenderedRequest[],
  { expected, prices, at }: MeasureOptions,
): Pick<MeasuredRequests, 'expectedTokens' | 'maxTokens' | 'floor' | 'expected'> {
  const answered = requests.map((request) => {
    const most = request.maxOutputTokens;
    return { request, most, tokens: Math.min(most, expected.get(request.function)?.tokensPerRequest ?? most) };
  });
  const costOf = (share: 'none' | 'expected', tier: PriceTier): number | null =>
    answered.reduce<number | null>((sum, { request, tokens }) => {
      const usage = { inputTokens: request.inputTokens, outputTokens: share === 'none' ? 0 : tokens };
      const cost = prices.costOf(request, usage, at, tier);
      return sum === null || cost === null ? null : sum + cost;
    }, 0);
  const costs = (share: 'none' | 'expected'): EstimatedCost => ({
    nanoUsd: costOf(share, 'batch'),
    synchronousNanoUsd: costOf(share, 'standard'),
  });
  return {
    expectedTokens: answered.reduce((sum, { tokens }) => sum + tokens, 0),
    maxTokens: answered.reduce((sum, { most }) => sum + most, 0),
    floor: costs('none'),
    expected: costs('expected'),
  };
}

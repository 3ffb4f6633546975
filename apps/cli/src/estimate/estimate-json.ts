import type { Estimate, ExpectedAnswers, ModelEstimate, Range, UnaskedDocuments } from '@batchmill/pipeline';
import type { MissingCount } from '@batchmill/records';
import { usdRangeOf, type PipelineEstimate, type PredictedUsd } from '@batchmill/service';

/** The amounts of a model, or of all of them. */
export interface AmountsJson {
  readonly requests: number;
  readonly batches: number;
  readonly tokens: { readonly input: number; readonly expectedOutput: number; readonly maxOutput: number };
  /** In US dollars; null when the price of a model is not known. */
  readonly cost: Range<PredictedUsd>;
}

/** The JSON of `estimate --json`. */
export interface EstimateJson extends AmountsJson {
  readonly pipeline: string;
  /** Documents that the run would claim now. */
  readonly found: number;
  /** How many of those that have ended lack which functions; absent when none does. */
  readonly missing?: readonly MissingCount[];
  /** Those that are estimated: the same, or as many as `--documents` says. */
  readonly documents: number;
  /** Those whose requests were made. Fewer than `documents`: all counts are extrapolated from these. */
  readonly sampled: number;
  /** Requests that are not sent, because the answer to an earlier one is kept. */
  readonly reused: number;
  readonly models: readonly (AmountsJson & { readonly model: string })[];
  /** How long the answers are taken to be, and by what. */
  readonly answers: readonly ExpectedAnswers[];
  /** Documents that cannot be asked, or not by all functions, by error code. */
  readonly unasked: readonly UnaskedDocuments[];
  /** Models whose prices are not known. */
  readonly unpriced: readonly string[];
}

export function estimateJson({ pipeline, claimableCount, missing, estimate }: PipelineEstimate): EstimateJson {
  const { documents, sampled, models, reused, answers, unasked, unpriced } = estimate;
  return {
    pipeline,
    found: claimableCount,
    ...(missing.length > 0 && { missing }),
    documents,
    sampled,
    ...amountsOf(estimate),
    reused,
    models: models.map((model) => ({ model: model.model, ...amountsOf(model) })),
    answers,
    unasked,
    unpriced,
  };
}

function amountsOf(of: Estimate | ModelEstimate): AmountsJson {
  const { requests, batches, inputTokens, expectedOutputTokens, maxOutputTokens, cost } = of;
  return {
    requests,
    batches,
    tokens: { input: inputTokens, expectedOutput: expectedOutputTokens, maxOutput: maxOutputTokens },
    cost: usdRangeOf(cost),
  };
}

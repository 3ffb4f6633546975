import { usdOf } from '@batchmill/models';
import type { EstimatedCost, Range } from '@batchmill/pipeline';
import type { RunPrediction } from '@batchmill/records';

/** In US dollars; null when the price of a model was not known. */
export interface PredictedUsd {
  readonly usd: number | null;
  readonly synchronousUsd: number | null;
}

/** What an estimate said of a run before it began, to be compared with its report. */
export interface PredictedRun {
  readonly documents: number;
  /** Of how many documents the requests were made; fewer: the counts are extrapolated from these. */
  readonly sampled: number;
  readonly requests: number;
  readonly batches: number;
  readonly tokens: { readonly input: number; readonly expectedOutput: number; readonly maxOutput: number };
  readonly cost: Range<PredictedUsd>;
}

export function predictedOf(predicted: RunPrediction): PredictedRun {
  const { documents, sampled, requests, batches, inputTokens, expectedOutputTokens, maxOutputTokens, cost } = predicted;
  return {
    documents,
    sampled,
    requests,
    batches,
    tokens: { input: inputTokens, expectedOutput: expectedOutputTokens, maxOutput: maxOutputTokens },
    cost: usdRangeOf(cost),
  };
}

/** The same amounts in US dollars. */
export function usdRangeOf({ floor, expected, worst }: Range<EstimatedCost>): Range<PredictedUsd> {
  return { floor: inUsd(floor), expected: inUsd(expected), worst: inUsd(worst) };
}

function inUsd({ nanoUsd, synchronousNanoUsd }: EstimatedCost): PredictedUsd {
  return {
    usd: nanoUsd === null ? null : usdOf(nanoUsd),
    synchronousUsd: synchronousNanoUsd === null ? null : usdOf(synchronousNanoUsd),
  };
}

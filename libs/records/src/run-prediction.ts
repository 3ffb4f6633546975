import type { Estimate } from '@batchmill/pipeline';

/** What an estimate said of a run before it began. Money is in nano-dollars. */
export type RunPrediction = Pick<
  Estimate,
  'documents' | 'sampled' | 'requests' | 'batches' | 'inputTokens' | 'expectedOutputTokens' | 'maxOutputTokens' | 'cost'
>;

/** What is kept of an estimate. */
export function predictionOf(estimate: Estimate): RunPrediction {
  const { documents, sampled, requests, batches, inputTokens, expectedOutputTokens, maxOutputTokens, cost } = estimate;
  return { documents, sampled, requests, batches, inputTokens, expectedOutputTokens, maxOutputTokens, cost };
}

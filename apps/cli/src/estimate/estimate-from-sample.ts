import { checkBatchable, estimateRun, planRun, renderRequests, type Estimate } from '@batchmill/pipeline';
import { readMarks, requestsFor } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { RunOptions } from '../run-options.js';
import { documentFilters } from './document-filters.js';
import { sampleDocuments } from './sample-documents.js';

const sampleSize = 200;

export interface SampledEstimate {
  readonly pipeline: string;
  /** Documents that the run would claim now. */
  readonly claimableCount: number;
  /** Documents that match and that the run would not claim: completed, claimed, failed, or waiting for a retry. */
  readonly others: number;
  readonly redo: RunOptions['redo'];
  readonly estimate: Estimate;
}

/**
 * Estimates the requests and the cost of a run from a sample of its documents. `documentCount` replaces the number of
 * documents found. Reads only.
 */
export async function estimateFromSample(
  engine: Engine,
  pipeline: string,
  options: RunOptions,
  documentCount?: number,
): Promise<SampledEstimate> {
  const plan = planRun(engine.pipelines.get(pipeline), options);
  checkBatchable(plan, engine.provider.profile);
  const collection = engine.documents.of(plan);
  const { matching, claimable } = documentFilters(plan, options, engine.clock.now());
  const all = await collection.count(claimable);
  const claimableCount = Math.min(options.limit ?? Infinity, all);
  const sample = await sampleDocuments(collection, claimable, { size: sampleSize, among: claimableCount });
  const rendered = await Promise.all(
    sample.map((document) => renderRequests(plan, document, requestsFor(plan, readMarks(plan, document)).functions)),
  );
  return {
    pipeline,
    claimableCount,
    others: (await collection.count(matching)) - all,
    redo: options.redo,
    estimate: estimateRun(plan, {
      documents: documentCount ?? claimableCount,
      sample: { documents: sample.length, requests: rendered.flatMap(({ requests }) => requests) },
      limits: engine.provider.profile.limits,
      at: engine.clock.now(),
      prices: engine.engineSettings.prices,
    }),
  };
}

import { estimateRun, planRun, renderRequests, type Estimate } from '@batchmill/pipeline';
import { readMarks, requestsFor } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { Asked } from '../run-options.js';
import { documentsAskedFor } from './documents-asked-for.js';
import { sampleDocuments } from './sample-documents.js';

const sampleSize = 200;

export interface EstimateOfAsked {
  readonly pipeline: string;
  /** Of the documents that are asked for, those that a run would take now. */
  readonly found: number;
  /** Those that it would not: done, taken, failed, or waiting. */
  readonly others: number;
  readonly redo: Asked['redo'];
  readonly estimate: Estimate;
}

/** What a run would ask and cost, from a sample of its documents; `documents`: as if there were so many. Reads only. */
export async function estimateAsked(
  engine: Engine,
  pipeline: string,
  asked: Asked,
  documents?: number,
): Promise<EstimateOfAsked> {
  const plan = planRun(engine.pipelines.get(pipeline), asked);
  const collection = engine.documents.of(plan);
  const { wanted, claimable } = documentsAskedFor(plan, asked, engine.clock.now());
  const all = await collection.count(claimable);
  const found = Math.min(asked.limit ?? Infinity, all);
  const sample = await sampleDocuments(collection, claimable, { size: sampleSize, among: found });
  const rendered = await Promise.all(
    sample.map((document) => renderRequests(plan, document, requestsFor(plan, readMarks(plan, document)).functions)),
  );
  return {
    pipeline,
    found,
    others: (await collection.count(wanted)) - all,
    redo: asked.redo,
    estimate: estimateRun(plan, {
      documents: documents ?? found,
      sample: { documents: sample.length, requests: rendered.flatMap((one) => one.requests) },
      at: engine.clock.now(),
      overrides: engine.engineSettings.prices,
    }),
  };
}

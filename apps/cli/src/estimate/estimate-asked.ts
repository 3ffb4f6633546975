import { estimateRun, planRun, renderRequests, type Estimate } from '@batchmill/pipeline';
import { readMarks, whatToAsk } from '@batchmill/records';
import type { Line } from '@batchmill/service';
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
  line: Line,
  pipeline: string,
  asked: Asked,
  documents?: number,
): Promise<EstimateOfAsked> {
  const plan = planRun(line.pipelines.get(pipeline), asked);
  const collection = line.documents.of(plan);
  const { wanted, claimable } = documentsAskedFor(plan, asked, line.clock.now());
  const all = await collection.count(claimable);
  const found = Math.min(asked.limit ?? Infinity, all);
  const sample = await sampleDocuments(collection, claimable, { size: sampleSize, among: found });
  const rendered = await Promise.all(
    sample.map((document) => renderRequests(plan, document, whatToAsk(plan, readMarks(plan, document)).ask)),
  );
  return {
    pipeline,
    found,
    others: (await collection.count(wanted)) - all,
    redo: asked.redo,
    estimate: estimateRun(plan, {
      documents: documents ?? found,
      sample: { documents: sample.length, requests: rendered.flatMap((one) => one.requests) },
      at: line.clock.now(),
      overrides: line.line.prices,
    }),
  };
}

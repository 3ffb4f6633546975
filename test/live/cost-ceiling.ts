import type { Endpoint } from '@batchmill/contracts';
import { estimateRun, planRun, renderRequests } from '@batchmill/pipeline';
import type { Line } from '@batchmill/service';
import { liveDocuments, livePipeline } from './live-pipeline.js';

/** The most that the live test can cost, in dollars: every answer as long as it may be. */
export function costCeiling(line: Line, runId: string, endpoints: readonly Endpoint[]): number {
  const documents = liveDocuments(runId);
  return endpoints.reduce((total, endpoint) => {
    const plan = planRun(line.pipelines.get(livePipeline.name), { endpoint, parameters: { liveRun: runId } });
    const requests = documents.flatMap((document) => renderRequests(plan, document, plan.functions).requests);
    const sample = { documents: documents.length, requests };
    const { usd, unpriced } = estimateRun(plan, {
      documents: documents.length,
      sample,
      at: line.clock.now(),
      overrides: line.line.prices,
    });
    if (usd === null) throw new Error(`No price is known for ${unpriced.join(', ')}: set BATCHMILL_PRICES.`);
    return total + usd;
  }, 0);
}

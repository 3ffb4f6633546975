import type { Endpoint } from '@batchmill/contracts';
import { estimateRun, planRun, renderRequests } from '@batchmill/pipeline';
import type { Engine } from '@batchmill/service';
import { liveDocuments, livePipeline } from './live-pipeline.js';

/** The most that the live test can cost, in dollars: with every answer at its maximal length. */
export async function costCeiling(engine: Engine, runId: string, endpoints: readonly Endpoint[]): Promise<number> {
  const documents = liveDocuments(runId);
  let total = 0;
  for (const endpoint of endpoints) {
    const plan = planRun(engine.pipelines.get(livePipeline.name), { endpoint, parameters: { liveRun: runId } });
    const rendered = await Promise.all(documents.map((document) => renderRequests(plan, document, plan.functions)));
    const requests = rendered.flatMap((one) => one.requests);
    const sample = { documents: documents.length, requests };
    const { usd, unpriced } = estimateRun(plan, {
      documents: documents.length,
      sample,
      limits: engine.provider.profile.limits,
      at: engine.clock.now(),
      prices: engine.engineSettings.prices,
    });
    if (usd === null) throw new Error(`No price is known for ${unpriced.join(', ')}: set BATCHMILL_PRICES.`);
    total += usd;
  }
  return total;
}

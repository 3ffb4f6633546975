import type { Endpoint } from '@batchmill/contracts';
import { usdOf } from '@batchmill/models';
import { RunEstimate, planRun, renderRequests } from '@batchmill/pipeline';
import type { Engine } from '@batchmill/service';
import { liveDocuments, livePipeline } from './live-pipeline.js';

/** The most that the live test can cost, in dollars: with every answer at its maximal length. */
export async function costCeiling(engine: Engine, runId: string, endpoints: readonly Endpoint[]): Promise<number> {
  const documents = liveDocuments(runId);
  let total = 0;
  for (const endpoint of endpoints) {
    const plan = planRun(engine.pipelines.get(livePipeline.name), { endpoint, parameters: { liveRun: runId } });
    const estimate = new RunEstimate(plan, {
      prices: engine.engineSettings.prices,
      at: engine.clock.now(),
      providerLimits: engine.provider.profile.limits,
    });
    for (const document of documents) {
      const rendering = await renderRequests(plan, document, plan.functions);
      estimate.add(estimate.measure(document, plan.functions, rendering));
    }
    const { cost, unpriced } = estimate.end();
    const { nanoUsd } = cost.worst;
    if (nanoUsd === null) throw new Error(`No price is known for ${unpriced.join(', ')}: set BATCHMILL_PRICES.`);
    total += usdOf(nanoUsd);
  }
  return total;
}

import type { Usage } from '@batchmill/models';
import { Provider, type ProviderBatch } from '@batchmill/provider';
import { Batches, Ledger, Runs, dayOf, noCost, requestCost, type Batch } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';

/** Books what provider batches have cost whose answers are not used. */
@Injectable()
export class OrphanCosts {
  constructor(
    private readonly batches: Batches,
    private readonly ledger: Ledger,
    private readonly runs: Runs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
  ) {}

  /**
   * Before the batch records the orphan, so that no cost is forgotten. When it is repeated after a crash, the entry of the ledger is
   * replaced by the same. Spending limits count the most that it might have cost since its key was given up.
   */
  async book(batchId: string, found: ProviderBatch): Promise<void> {
    const batch = await this.batches.get(batchId);
    const isKnown = batch?.orphans.some(({ providerBatchId }) => providerBatchId === found.id) === true;
    if (batch === null || isKnown || found.counts.completed === 0) return;
    const { runId, pipeline, model, url } = batch;
    const usage = { ...usageOf(batch, found), longestInput: batch.worst?.longestInput ?? 0 };
    const { prices } = this.settings;
    const cost =
      found.usage === null
        ? { ...noCost, incomplete: true }
        : requestCost(prices, batch, usage, found.createdAt, 'batch');
    await this.ledger.book({
      _id: found.id,
      kind: 'orphan',
      runId,
      pipeline,
      batchId,
      providerBatchId: found.id,
      account: this.provider.account,
      model,
      url,
      at: found.createdAt,
      day: dayOf(found.createdAt),
      labels: (await this.runs.get(runId))?.request?.labels ?? {},
      requests: found.counts.completed,
      tokens: { input: usage.inputTokens, cached: usage.cachedTokens ?? 0, output: usage.outputTokens },
      cost,
      functions: [],
      wasted: cost,
      prices: prices.version,
      difference: null,
    });
  }
}

/** As the provider counts it; else as far as it is known, the share of the prompts. */
function usageOf({ inputTokens, requests }: Batch, { usage, counts }: ProviderBatch): Usage {
  if (usage !== null) {
    const { inputTokens: input, outputTokens, cachedTokens } = usage;
    return { inputTokens: input, outputTokens, cachedTokens };
  }
  return { inputTokens: Math.round((inputTokens * counts.completed) / Math.max(1, requests)), outputTokens: 0 };
}

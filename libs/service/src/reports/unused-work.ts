import { usdOf, type PriceBook } from '@batchmill/models';
import type { Batch } from '@batchmill/records';

/** Requests at the provider whose answers are not used, though they are billed, or may be. */
export interface UnusedWork {
  readonly batches: number;
  readonly requests: number;
  /** The price of their input, as estimated before they were sent; null when it is not known. Output comes on top. */
  readonly inputUsd: number | null;
}

/** Nothing unused. */
export const noUnusedWork: UnusedWork = { batches: 0, requests: 0, inputUsd: 0 };

/**
 * What the provider may bill though its answers were given up: a batch that is lost, until a sweep has found it, and answers that
 * the provider has counted and of which it never showed the file, or has it no more.
 */
export function lostWorkOf(batch: Batch, prices: PriceBook): UnusedWork {
  const requests = batch.reason === 'lost' ? requestsOfLost(batch) : answersNeverShown(batch);
  if (requests === 0) return noUnusedWork;
  return { batches: 1, requests, inputUsd: inputUsdOf(batch, requests, prices) };
}

function requestsOfLost({ orphans, requests }: Batch): number {
  return orphans.length > 0 ? 0 : requests;
}

/** By the provider's counts. */
function answersNeverShown({ state, provider, ingestion }: Batch): number {
  if (state !== 'ingested' || provider === null || ingestion.output !== null) return 0;
  const { total, completed, failed } = provider.counts;
  return total > 0 ? Math.max(0, Math.min(completed, total - failed)) : completed;
}

/** What the provider has billed for orphans of a batch. */
export function orphanedWorkOf(batch: Batch, prices: PriceBook): UnusedWork {
  const requests = batch.orphans.reduce((sum, { completed }) => sum + completed, 0);
  return { batches: batch.orphans.length, requests, inputUsd: inputUsdOf(batch, requests, prices) };
}

export function addUnusedWork(a: UnusedWork, b: UnusedWork): UnusedWork {
  const inputUsd = a.inputUsd === null || b.inputUsd === null ? null : a.inputUsd + b.inputUsd;
  return { batches: a.batches + b.batches, requests: a.requests + b.requests, inputUsd };
}

function inputUsdOf(batch: Batch, requests: number, prices: PriceBook): number | null {
  if (requests === 0) return 0;
  const inputTokens = (batch.inputTokens * requests) / batch.requests;
  const nanoUsd = prices.costOf(
    batch,
    { inputTokens, outputTokens: 0, longestInput: batch.worst?.longestInput ?? 0 },
    batch.createdAt,
    'batch',
  );
  return nanoUsd === null ? null : usdOf(nanoUsd);
}

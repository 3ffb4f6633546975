import { isSameModel, type PriceBook } from '@batchmill/models';
import type { ProviderBatch } from '@batchmill/provider';
import type { Batch, LedgerEntry } from '@batchmill/records';
import { exactUsd } from '../show/format.js';
import { areResultsRead } from './compare-batch.js';
import type { Difference } from './difference.js';

/**
 * Whether the ledger has what the provider's tokens cost at the prices of that day. `entry`: that of the batch; null: there is none.
 * Not compared: an entry of another edition of the prices, and one whose tokens or model differ, which is a difference of its own.
 */
export function compareCost(
  record: Batch,
  { id: providerId, createdAt, model, usage }: ProviderBatch,
  entry: LedgerEntry | null,
  prices: PriceBook,
): Difference[] {
  if (usage === null || usage.inputTokens + usage.outputTokens === 0 || !areResultsRead(record)) return [];
  const differs = (books: string, provider: string): Difference[] => [
    { kind: 'cost', batchId: record._id, providerId, books, provider, mend: null },
  ];
  const at = entry?.at ?? createdAt;
  // How many of the prompts were long enough for the price of long prompts, the provider does not say.
  const costs = [0, usage.inputTokens].map((longestInput) =>
    prices.costOf(record, { ...usage, longestInput }, at, 'batch'),
  );
  const [least = null, most = null] = costs;
  const expected = least === null || most === null ? 'an unknown price' : inWords(least, most);
  if (entry === null) return differs('not in the ledger', expected);
  const isComparable =
    entry.prices === prices.version &&
    entry.tokens.input === usage.inputTokens &&
    entry.tokens.output === usage.outputTokens &&
    (model === null || isSameModel(model, record.model));
  if (!isComparable || entry.cost.incomplete || least === null || most === null) return [];
  const { nanoUsd } = entry.cost;
  // Each request was rounded to a nano-dollar.
  const isEqual = nanoUsd >= least - entry.requests && nanoUsd <= most + entry.requests;
  return isEqual ? [] : differs(inWords(nanoUsd, nanoUsd), expected);
}

function inWords(least: number, most: number): string {
  return [...new Set([least, most])].map((nanoUsd) => `$${exactUsd(nanoUsd)}`).join(' to ');
}

import type { Usage } from '../usage.js';
import { batchDiscount, type PriceEntry } from './price-book.js';
import { priceOf } from './price-of.js';

export type PriceMode = 'batch' | 'synchronous';

/** US dollars; null when the model's price is not known. */
export function costOf(
  model: string,
  usage: Usage,
  at: Date,
  mode: PriceMode,
  overrides: readonly PriceEntry[] = [],
): number | null {
  const price = priceOf(model, at, overrides);
  if (price === null) return null;
  const usd = (usage.inputTokens * price.inputUsd + usage.outputTokens * price.outputUsd) / 1_000_000;
  return mode === 'batch' ? usd * batchDiscount : usd;
}

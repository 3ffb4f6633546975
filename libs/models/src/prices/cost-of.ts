import type { Usage } from '../usage.js';
import { batchDiscount, priceBook, type PriceEntry } from './price-book.js';

export type PriceMode = 'batch' | 'synchronous';

/** The cost in US dollars; null when the model's price is not known. */
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

/**
 * The price of a model at a time; null when it is not known. A dated name (`gpt-4o-2024-08-06`) without a price of its own has
 * the price of its model. Overrides take precedence over the price book.
 */
export function priceOf(model: string, at: Date, overrides: readonly PriceEntry[] = []): PriceEntry | null {
  const undated = model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
  return (
    latest(model, at, overrides) ??
    latest(undated, at, overrides) ??
    latest(model, at, priceBook) ??
    latest(undated, at, priceBook)
  );
}

function latest(model: string, at: Date, entries: readonly PriceEntry[]): PriceEntry | null {
  return entries
    .filter((entry) => entry.model === model && new Date(entry.from).getTime() <= at.getTime())
    .reduce<PriceEntry | null>((last, entry) => (last === null || entry.from >= last.from ? entry : last), null);
}

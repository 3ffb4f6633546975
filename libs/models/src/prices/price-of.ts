import { priceBook, type PriceEntry } from './price-book.js';

/**
 * The price that holds at a moment; null when it is not known. A dated name (`gpt-4o-2024-08-06`) that has no price of
 * its own costs what its model costs. Overrides win over the book for every model that they name.
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

import { ValidationError, readTextFile, whyUnreadable } from '@batchmill/contracts';
import type { PriceEntry } from '@batchmill/models';

/** The prices of a file, which win over the built-in ones. Null: no file. Throws a ValidationError `settings.prices`. */
export function readPriceFile(file: string | null): readonly PriceEntry[] {
  if (file === null) return [];
  let entries: unknown;
  try {
    entries = JSON.parse(readTextFile(file));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : whyUnreadable(error);
    throw priceError(file, `it cannot be read (${reason})`, error);
  }
  if (!Array.isArray(entries)) throw priceError(file, 'found no array');
  return entries.map((entry: unknown, index) => {
    if (!isPriceEntry(entry)) throw priceError(file, `entry ${index} is not as expected`);
    return entry;
  });
}

function isPriceEntry(entry: unknown): entry is PriceEntry {
  if (typeof entry !== 'object' || entry === null) return false;
  const { model, from, inputUsd, outputUsd } = entry as Partial<Record<keyof PriceEntry, unknown>>;
  const isDay = typeof from === 'string' && /^\d{4}-\d\d-\d\d$/.test(from) && !Number.isNaN(Date.parse(from));
  return typeof model === 'string' && model !== '' && isDay && [inputUsd, outputUsd].every(isPrice);
}

function isPrice(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function priceError(file: string, problem: string, cause?: unknown): ValidationError {
  const expected =
    '[{"model": "gpt-4o", "from": "2026-01-31", "inputUsd": 2.5, "outputUsd": 10}], in USD per million tokens';
  return new ValidationError('settings.prices', `BATCHMILL_PRICES: ${file}: ${problem}, expected ${expected}`, {
    cause,
  });
}

import { createHash } from 'node:crypto';
import { ValidationError, readTextFile, whyUnreadable } from '@batchmill/contracts';
import type { PriceEntry, TokenPrices } from '@batchmill/models';

export interface PriceFile {
  readonly entries: readonly PriceEntry[];
  /** What tells this edition of the file from others, which is kept with each cost; null: there is no file. */
  readonly entriesVersion: string | null;
}

/** The prices of a file, which win over the built-in ones. Null: no file. Throws a ValidationError `settings.prices`. */
export function readPriceFile(file: string | null): PriceFile {
  if (file === null) return { entries: [], entriesVersion: null };
  let text: string;
  let listed: unknown;
  try {
    text = readTextFile(file);
    listed = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : whyUnreadable(error);
    throw priceError(file, `it cannot be read (${reason})`, error);
  }
  if (!Array.isArray(listed)) throw priceError(file, 'found no array');
  const entries = listed.map((entry: unknown, index) => {
    const problem = problemOf(entry);
    if (problem !== null) throw priceError(file, `entry ${index}: ${problem}`);
    return entry as PriceEntry; // every field was looked at
  });
  return { entries, entriesVersion: `prices ${createHash('sha256').update(text).digest('hex').slice(0, 12)}` };
}

type Entry = Readonly<Record<string, unknown>>;

const required = ['inputUsd', 'outputUsd'] as const satisfies readonly (keyof TokenPrices)[];
const optional = ['cachedInputUsd', 'cacheWriteUsd'] as const satisfies readonly (keyof TokenPrices)[];
const tokenPrices: readonly string[] = [...required, ...optional];
const rates: readonly string[] = ['batchRate', 'flexRate'];
const known = ['model', 'from', 'longContext', ...rates, ...tokenPrices];

/** Null: it is as expected. */
function problemOf(entry: unknown): string | null {
  if (!isObject(entry)) return 'found no object';
  const { model, from, longContext } = entry;
  if (typeof model !== 'string' || model === '') return 'model is missing';
  const isDay = typeof from === 'string' && /^\d{4}-\d\d-\d\d$/.test(from) && !Number.isNaN(Date.parse(from));
  if (!isDay) return 'from is no day';
  const rate = rates.find((name) => entry[name] !== undefined && !isRate(entry[name]));
  return (
    problemOfPrices(entry) ??
    (rate === undefined ? null : `${rate} is no number from 0 to 1`) ??
    problemOfLongContext(longContext) ??
    unknownField(entry, known)
  );
}

function problemOfLongContext(longContext: unknown): string | null {
  if (longContext === undefined) return null;
  if (!isObject(longContext)) return 'longContext is no object';
  if (!isPrice(longContext['aboveInputTokens'])) return 'longContext.aboveInputTokens is no number of tokens';
  const problem = problemOfPrices(longContext) ?? unknownField(longContext, ['aboveInputTokens', ...tokenPrices]);
  return problem === null ? null : `longContext: ${problem}`;
}

function problemOfPrices(entry: Entry): string | null {
  const wrong =
    required.find((name) => !isPrice(entry[name])) ??
    optional.find((name) => entry[name] !== undefined && !isPrice(entry[name]));
  return wrong === undefined ? null : `${wrong} is no price`;
}

function unknownField(entry: Entry, fields: readonly string[]): string | null {
  const unknown = Object.keys(entry).find((field) => !fields.includes(field));
  return unknown === undefined ? null : `${unknown} is no field of a price`;
}

function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrice(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isRate(value: unknown): boolean {
  return isPrice(value) && Number(value) <= 1;
}

function priceError(file: string, problem: string, cause?: unknown): ValidationError {
  const expected =
    '[{"model": "gpt-4o", "from": "2026-01-31", "inputUsd": 2.5, "outputUsd": 10}], in USD per million tokens, and where they ' +
    'differ cachedInputUsd, cacheWriteUsd, batchRate, flexRate, longContext {aboveInputTokens, …}';
  return new ValidationError('settings.prices', `BATCHMILL_PRICES: ${file}: ${problem}, expected ${expected}`, {
    cause,
  });
}

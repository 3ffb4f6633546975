import { createRequire } from 'node:module';
import type * as GenaiPrices from '@pydantic/genai-prices';
import type { ModelPrice, TokenPrices } from './model-price.js';

const require = createRequire(import.meta.url);

// Read when the first price is asked for: most commands ask for none, and the list is large.
let loaded: typeof GenaiPrices | null = null;

function genaiPrices(): typeof GenaiPrices {
  loaded ??= require('@pydantic/genai-prices') as typeof GenaiPrices;
  return loaded;
}

/**
 * The version of the price list. Its package exports neither its version nor its manifest, so that a test compares this with the
 * version that is installed.
 */
export const builtInPricesVersion = '0.1.8';

/**
 * The standard price of a provider's model at a time, by the list of `@pydantic/genai-prices`, which names its sources; null: the
 * list does not know it. `provider`: its id there, such as `openai` or `azure`. A name that is known has the price of its model.
 */
export function builtInPriceOf(provider: string, model: string, at: Date): ModelPrice | null {
  const { calcPrice, findProvider } = genaiPrices();
  const found = findProvider({ providerId: provider });
  if (found === undefined) return null;
  const price = calcPrice(noTokens, model, { provider: found, timestamp: at })?.model_price;
  return price === undefined ? null : readPrice(price);
}

const noTokens = { input_tokens: 0, output_tokens: 0 };

/** Null for a model that is not priced by tokens of text, such as one that is paid by the minute. */
function readPrice(price: GenaiPrices.ModelPrice): ModelPrice | null {
  const fields = {
    inputUsd: price['input_mtok'],
    outputUsd: price['output_mtok'],
    cachedInputUsd: price['cache_read_mtok'],
    cacheWriteUsd: price['cache_write_mtok'],
  };
  if (fields.inputUsd === undefined) return null;
  const starts = Object.values(fields).flatMap((value) =>
    typeof value === 'object' ? value.tiers.map(({ start }) => start) : [],
  );
  const base = pricesAt(fields, 0);
  if (starts.length === 0) return base;
  // Every model of the list has one tier at most, which begins for all kinds of tokens at the same length.
  const aboveInputTokens = Math.min(...starts);
  return { ...base, longContext: { aboveInputTokens, ...pricesAt(fields, aboveInputTokens) } };
}

type Field = number | GenaiPrices.TieredPrices | undefined;

function pricesAt(
  fields: Readonly<Record<'inputUsd' | 'outputUsd' | 'cachedInputUsd' | 'cacheWriteUsd', Field>>,
  start: number,
): TokenPrices {
  const { inputUsd, outputUsd, cachedInputUsd, cacheWriteUsd } = fields;
  return {
    inputUsd: valueAt(inputUsd, start) ?? 0,
    outputUsd: valueAt(outputUsd, start) ?? 0,
    ...optional('cachedInputUsd', valueAt(cachedInputUsd, start)),
    ...optional('cacheWriteUsd', valueAt(cacheWriteUsd, start)),
  };
}

function valueAt(field: Field, start: number): number | undefined {
  if (typeof field !== 'object') return field;
  return field.tiers.findLast((tier) => tier.start <= start && start > 0)?.price ?? field.base;
}

function optional(name: string, value: number | undefined): object {
  return value === undefined ? {} : { [name]: value };
}

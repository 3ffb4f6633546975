import type { Usage } from '../usage.js';
import type { ModelPrice, TokenPrices } from './model-price.js';

/** How many nano-dollars are a US dollar. Money is counted in whole nano-dollars, so that sums are exact. */
export const nanoPerUsd = 1_000_000_000;

/**
 * The cost of one request in whole nano-dollars, half a nano-dollar rounded up. `rate`: the fraction of the price that its tier costs,
 * to the thousandth. Prices count to the millionth of a dollar per million tokens.
 */
export function costOf({ longContext, ...price }: ModelPrice, usage: Usage, rate: number): number {
  const isLong = longContext !== undefined && (usage.longestInput ?? usage.inputTokens) > longContext.aboveInputTokens;
  const pico = picoUsd(isLong ? longContext : price, usage) * BigInt(Math.round(rate * 1000));
  return Number((pico + 500_000n) / 1_000_000n);
}

/** In pico-dollars: a price of a dollar per million tokens is a million of them per token. */
function picoUsd({ inputUsd, outputUsd, cachedInputUsd, cacheWriteUsd }: TokenPrices, usage: Usage): bigint {
  const { inputTokens, outputTokens, cachedTokens = 0, cacheWriteTokens = 0 } = usage;
  const plain = Math.max(0, inputTokens - cachedTokens - cacheWriteTokens);
  return (
    part(plain, inputUsd) +
    part(cachedTokens, cachedInputUsd ?? inputUsd) +
    part(cacheWriteTokens, cacheWriteUsd ?? inputUsd) +
    part(outputTokens, outputUsd)
  );
}

function part(tokens: number, usdPerMillion: number): bigint {
  if (tokens === 0 || usdPerMillion === 0) return 0n;
  return BigInt(Math.round(tokens)) * BigInt(Math.round(usdPerMillion * 1_000_000));
}

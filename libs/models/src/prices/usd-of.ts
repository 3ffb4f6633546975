import { nanoPerUsd } from './cost-of.js';

/** Nano-dollars in US dollars, for messages and for people. Sums are made of nano-dollars. */
export function usdOf(nanoUsd: number): number {
  return nanoUsd / nanoPerUsd;
}

/** US dollars, as people write them, in whole nano-dollars. */
export function nanoUsdOf(usd: number): number {
  return Math.round(usd * nanoPerUsd);
}

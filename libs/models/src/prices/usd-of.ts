import { nanoPerUsd } from './cost-of.js';

/** Nano-dollars in US dollars, for messages and for people. Sums are made of nano-dollars. */
export function usdOf(nanoUsd: number): number {
  return nanoUsd / nanoPerUsd;
}

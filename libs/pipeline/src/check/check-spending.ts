import type { SpendingOptions } from '../pipeline.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

const keys = ['maxUsdPerRun', 'maxUsdPerDay'];

/** The limits of money in US dollars; null: there is none. */
export function checkSpending({ problems }: CheckContext, definition: Section): SpendingOptions {
  const section = Section.of(problems, 'spending', definition.get('spending') ?? {}, keys);
  const limit = (key: string): number | null =>
    section.has(key) ? section.number(key, { fallback: 0, from: 0, to: 1_000_000, whole: false }) : null;
  return { maxUsdPerRun: limit('maxUsdPerRun'), maxUsdPerDay: limit('maxUsdPerDay') };
}

import type { Rate } from '../rates/rates.js';
import { amountOf, answeredShareOf, partOf, type RunWork } from './run-work.js';

/** How long what a run sends synchronously takes at the rates of its models, in milliseconds. */
export function synchronousMsOf({ models }: RunWork, rates: ReadonlyMap<string | null, Rate>): number {
  const times = models.map(({ model, unfinished }) => {
    const perMinute = rates.get(model)?.perMinute;
    if (perMinute === undefined) return 0;
    const left = unfinished
      .filter(({ synchronous }) => synchronous != null)
      .map((batch) => partOf(amountOf(batch), 1 - answeredShareOf(batch)));
    const calls = left.reduce((sum, amount) => sum + amount.calls, 0);
    const tokens = left.reduce((sum, amount) => sum + amount.tokens, 0);
    return 60_000 * Math.max(calls / perMinute.requests, tokens / perMinute.tokens);
  });
  return Math.max(0, ...times);
}

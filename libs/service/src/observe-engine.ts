import { observe, type Observed } from '@batchmill/telemetry';
import type { Engine } from './engine.js';

const openStates = {
  runs: ['requested', 'running'],
  claims: ['open', 'sealed', 'built'],
  batches: ['built', 'submitted', 'settled'],
  notifications: ['due'],
} as const;

/**
 * Metrics of the whole engine, counted in the store each time metrics are read. Every process reports the same numbers:
 * aggregate them by max, not by sum.
 */
export function observeEngine({ runs, claims, batches, notifications, budgets }: Engine): void {
  const records = { runs, claims, batches, notifications };
  for (const kind of ['runs', 'claims', 'batches', 'notifications'] as const) {
    observe(`batchmill.${kind}`, `The number of ${kind}, by state.`, () =>
      Promise.all(
        openStates[kind].map(async (state): Promise<Observed> => {
          return { value: await records[kind].count({ state }), attributes: { state } };
        }),
      ),
    );
  }
  observe('batchmill.parked', 'The number of parked records.', () =>
    Promise.all(
      Object.entries(openStates).map(async ([kind, states]): Promise<Observed> => {
        const parked = { state: { $in: states }, parked: true };
        return { value: await records[kind as keyof typeof records].count(parked), attributes: { kind } };
      }),
    ),
  );
  observe('batchmill.enqueued.tokens', 'Enqueued tokens, by account and model.', async () => {
    const held: Observed[] = [];
    for await (const budget of budgets.find()) held.push({ value: budget.held, attributes: { budget: budget._id } });
    return held;
  });
}

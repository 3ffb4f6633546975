import { observe, type Observed } from '@batchmill/telemetry';
import type { Engine } from './engine.js';

const workedOn = {
  runs: ['requested', 'running'],
  claims: ['open', 'sealed', 'built'],
  batches: ['built', 'submitted', 'settled'],
  notifications: ['due'],
} as const;

/**
 * What the store knows of the whole line, looked up whenever somebody asks for the counts. Every process of the line says
 * the same: take the largest, not the sum.
 */
export function observeEngine({ runs, claims, batches, notifications, budgets }: Engine): void {
  const records = { runs, claims, batches, notifications };
  for (const kind of ['runs', 'claims', 'batches', 'notifications'] as const) {
    observe(`batchmill.${kind}`, `How many ${kind} there are, by state.`, () =>
      Promise.all(
        workedOn[kind].map(async (state): Promise<Observed> => {
          return { value: await records[kind].count({ state }), attributes: { state } };
        }),
      ),
    );
  }
  observe('batchmill.parked', 'Records that failed too often and wait for a person.', () =>
    Promise.all(
      Object.entries(workedOn).map(async ([kind, states]): Promise<Observed> => {
        const parked = { state: { $in: states }, parked: true };
        return { value: await records[kind as keyof typeof records].count(parked), attributes: { kind } };
      }),
    ),
  );
  observe('batchmill.enqueued.tokens', 'Tokens of batches in the provider’s queue, by account and model.', async () => {
    const held: Observed[] = [];
    for await (const budget of budgets.find()) held.push({ value: budget.held, attributes: { budget: budget._id } });
    return held;
  });
}

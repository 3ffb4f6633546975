import type { Records, WorkRecord } from '@batchmill/records';
import { observe, type Observed } from '@batchmill/telemetry';
import type { Engine } from './engine.js';

/**
 * Reports the records of the whole engine, counted in the store at each collection of metrics. Every process reports the
 * same numbers: take the largest, not the sum.
 */
export function observeEngine({ runs, claims, batches, notifications, budgets, dueWork }: Engine): void {
  const recordsByKind: Readonly<Record<string, Records<WorkRecord>>> = { runs, claims, batches, notifications };
  for (const [kind, records] of Object.entries(recordsByKind)) {
    observe(`batchmill.${kind}`, `The number of ${kind}, by state.`, () =>
      Promise.all(
        records.activeStates.map(async (state): Promise<Observed> => {
          return { value: await records.countIn(state), attributes: { state } };
        }),
      ),
    );
  }
  observe('batchmill.parked', 'The number of parked records.', () =>
    Promise.all(
      Object.entries(recordsByKind).map(async ([kind, records]): Promise<Observed> => {
        return { value: await records.countParked(), attributes: { kind } };
      }),
    ),
  );
  observe('batchmill.due', 'Records that a stage can work on now or is working on.', async () =>
    (await dueWork.read()).map(({ stage, due }) => ({ value: due, attributes: { stage } })),
  );
  observe('batchmill.due.seconds', 'For how long the record that a stage has had longest has been due.', async () =>
    (await dueWork.read()).map(({ stage, seconds }) => ({ value: seconds, attributes: { stage } })),
  );
  observe('batchmill.enqueued.tokens', 'Enqueued tokens, by account and model.', async () => {
    const held: Observed[] = [];
    for await (const budget of budgets.all()) held.push({ value: budget.held, attributes: { budget: budget._id } });
    return held;
  });
}

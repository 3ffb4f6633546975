import type { Records, WorkRecord } from '@batchmill/records';
import { gauges, observe, type Metric, type Observed } from '@batchmill/telemetry';
import type { Engine } from './engine.js';

/**
 * Reports the records of the whole engine, read from the store at each collection of metrics, and which of `dependencies`,
 * and of those that work waits for, this process cannot use.
 */
export function observeEngine(engine: Engine, dependencies: readonly string[]): void {
  const { runs, claims, batches, notifications, budgets, dueWork, readiness, accountProgress, provider, clock } =
    engine;
  observeStates(gauges.runs, runs, runs.activeStates);
  observeStates(gauges.claims, claims, claims.activeStates);
  observeStates(gauges.batches, batches, batches.activeStates);
  observe(gauges.idleBatches, async () => [{ value: await batches.countIdle(), attributes: {} }]);
  observe(gauges.providerIdleSeconds, async () => {
    const inProgressSince = await batches.lastProgressOfThoseInProgress();
    if (inProgressSince === null) return [{ value: 0, attributes: {} }];
    const movedAt = await accountProgress.lastOf(provider.account);
    const sinceMs = Math.max(inProgressSince.getTime(), movedAt?.getTime() ?? 0);
    return [{ value: Math.max(0, clock.now().getTime() - sinceMs) / 1_000, attributes: {} }];
  });
  observeStates(gauges.notifications, notifications, [...notifications.activeStates, 'given-up']);
  observe(gauges.parked, () =>
    Promise.all(
      Object.entries({ runs, claims, batches, notifications }).map(async ([kind, records]): Promise<Observed> => {
        return { value: await records.countParked(), attributes: { kind } };
      }),
    ),
  );
  observe(gauges.due, async () =>
    (await dueWork.read()).map(({ stage, due }) => ({ value: due, attributes: { stage } })),
  );
  observe(gauges.dueSeconds, async () =>
    (await dueWork.read()).map(({ stage, seconds }) => ({ value: seconds, attributes: { stage } })),
  );
  observe(gauges.enqueuedTokens, async () => {
    const held: Observed[] = [];
    for await (const budget of budgets.all()) held.push({ value: budget.held, attributes: { budget: budget._id } });
    return held;
  });
  observe(gauges.dependencyUnavailable, async () => {
    const unavailable = readiness.outages.map(({ dependency }) => dependency);
    const available = dependencies.filter((dependency) => !unavailable.includes(dependency));
    return [
      ...available.map((dependency) => ({ value: 0, attributes: { dependency } })),
      ...unavailable.map((dependency) => ({ value: 1, attributes: { dependency } })),
    ];
  });
}

function observeStates<T extends WorkRecord>(gauge: Metric, records: Records<T>, states: readonly T['state'][]): void {
  observe(gauge, () =>
    Promise.all(
      states.map(async (state): Promise<Observed> => {
        return { value: await records.countIn(state), attributes: { state } };
      }),
    ),
  );
}

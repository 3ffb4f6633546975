import { waitKinds, type Records, type RunProspect, type WorkRecord } from '@batchmill/records';
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
  observe(gauges.enqueuedLimit, async () => {
    const limits: Observed[] = [];
    for await (const { _id: budget } of budgets.all()) {
      const [account = '', model = ''] = budget.split(/\|(.*)/s);
      const { tokens } = await budgets.limitsOf(account, model);
      limits.push({ value: tokens ?? Infinity, attributes: { budget } });
    }
    return limits;
  });
  observe(gauges.runsWaiting, async () => {
    const counts = new Map<string, number>(['working', ...waitKinds].map((kind) => [kind, 0]));
    for (const { waits } of (await prospectsOf(engine)).values()) {
      const kind = waits[0]?.for ?? 'working';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return [...counts].map(([kind, value]) => ({ value, attributes: { for: kind } }));
  });
  observe(gauges.runForecast, async () => {
    const now = clock.now().getTime();
    return [...(await prospectsOf(engine))].flatMap(([run, { forecast }]) => {
      if (forecast === null) return [];
      const { early, median, late } = forecast;
      return Object.entries({ 0.1: early, 0.5: median, 0.9: late }).map(([share, at]): Observed => {
        return { value: Math.max(0, (at.getTime() - now) / 1_000), attributes: { run, share } };
      });
    });
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

/** Of the runs at work, by their ids. A prospect is kept for some seconds, so that it is made once for all gauges. */
async function prospectsOf({ runs, runForecasts, readiness }: Engine): Promise<ReadonlyMap<string, RunProspect>> {
  const prospects = new Map<string, RunProspect>();
  for await (const run of runs.running()) prospects.set(run._id, await runForecasts.of(run, readiness.outages));
  return prospects;
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

import type { Records, TakeOptions, WorkRecord } from '@batchmill/records';
import type { Engine } from '../engine.js';

type Take = (options: TakeOptions<string>) => Promise<WorkRecord | null>;

/** The engine for stages that work on the records of one run only. Due records of other runs are left alone. */
export function engineForRun(engine: Engine, runId: string): Engine {
  return withTake(engine, (records) => async ({ id, ...options }) => {
    const expected = { state: options.state, ...(id !== undefined && { id }) };
    for await (const record of records.takeable(expected)) {
      const taken = records.runOf(record) === runId ? await records.take({ ...options, id: record._id }) : null;
      if (taken !== null) return taken;
    }
    return null;
  });
}

/** The engine for stages that record commands and work on no record. */
export function engineForCommands(engine: Engine): Engine {
  return withTake(engine, () => () => Promise.resolve(null));
}

function withTake(engine: Engine, takeOf: (records: Records<WorkRecord>) => Take): Engine {
  const records = engine.hostDependencies.records.map(
    // The same records, with another `take`.
    (each) => Object.create(each, { take: { value: takeOf(each) } }) as Records<WorkRecord>,
  );
  return { ...engine, hostDependencies: { ...engine.hostDependencies, records } };
}

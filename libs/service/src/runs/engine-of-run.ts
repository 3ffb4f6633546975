import type { Records, TakeOptions, WorkRecord } from '@batchmill/records';
import type { Engine } from '../engine.js';

/** The line for stages that are to work for one run alone: what other runs have due stays as it is. */
export function engineOfRun(engine: Engine, runId: string): Engine {
  const records = engine.hostDependencies.records.map((each) => takenOnlyOf(runId, each));
  return { ...engine, hostDependencies: { ...engine.hostDependencies, records } };
}

function takenOnlyOf(runId: string, all: Records<WorkRecord>): Records<WorkRecord> {
  const take = async ({ id, ...taking }: TakeOptions<string>): Promise<WorkRecord | null> => {
    const which = { state: taking.state, ...(id !== undefined && { id }) };
    for await (const record of all.takeable(which)) {
      const taken = all.runOf(record) === runId ? await all.take({ ...taking, id: record._id }) : null;
      if (taken !== null) return taken;
    }
    return null;
  };
  return Object.create(all, { take: { value: take } }) as Records<WorkRecord>; // theirs, but for this
}

import type { Records, TakeOptions, WorkRecord } from '@batchmill/records';
import type { Engine } from '../engine.js';

/** The line for stages that are to work for one run alone: what other runs have due stays as it is. */
export function engineOfRun(engine: Engine, runId: string): Engine {
  const records = engine.hostDependencies.records.map((each) => takenOnlyOf(runId, each, engine));
  return { ...engine, hostDependencies: { ...engine.hostDependencies, records } };
}

function takenOnlyOf(runId: string, all: Records<WorkRecord>, { clock }: Engine): Records<WorkRecord> {
  const take = async ({ id, ...taking }: TakeOptions<string>): Promise<WorkRecord | null> => {
    const which = id === undefined ? { nextAt: { $lte: clock.now() } } : { _id: id };
    const found = all.find({ ...which, state: taking.state, parked: false }, { sort: { nextAt: 1 } });
    for await (const record of found) {
      const taken = all.runOf(record) === runId ? await all.take({ ...taking, id: record._id }) : null;
      if (taken !== null) return taken;
    }
    return null;
  };
  return Object.create(all, { take: { value: take } }) as Records<WorkRecord>; // theirs, but for this
}

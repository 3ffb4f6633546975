import type { Records, Taking, WorkRecord } from '@batchmill/records';
import type { Line } from '../line.js';

/** The line for stages that are to work for one run alone: what other runs have due stays as it is. */
export function lineOfRun(line: Line, runId: string): Line {
  const records = line.hostNeeds.records.map((each) => takenOnlyOf(runId, each, line));
  return { ...line, hostNeeds: { ...line.hostNeeds, records } };
}

function takenOnlyOf(runId: string, all: Records<WorkRecord>, { clock }: Line): Records<WorkRecord> {
  const take = async ({ id, ...taking }: Taking<string>): Promise<WorkRecord | null> => {
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

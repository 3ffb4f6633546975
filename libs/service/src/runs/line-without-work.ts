import type { Records, WorkRecord } from '@batchmill/records';
import type { Line } from '../line.js';

/** The line for stages that are to record what they are told, and to work on nothing. */
export function lineWithoutWork(line: Line): Line {
  const records = line.hostNeeds.records.map(takenByNobody);
  return { ...line, hostNeeds: { ...line.hostNeeds, records } };
}

function takenByNobody(all: Records<WorkRecord>): Records<WorkRecord> {
  return Object.create(all, { take: { value: () => Promise.resolve(null) } }) as Records<WorkRecord>; // theirs, but for this
}

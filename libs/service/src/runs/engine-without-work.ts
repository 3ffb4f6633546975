import type { Records, WorkRecord } from '@batchmill/records';
import type { Engine } from '../engine.js';

/** The line for stages that are to record what they are told, and to work on nothing. */
export function engineWithoutWork(engine: Engine): Engine {
  const records = engine.hostDependencies.records.map(takenByNobody);
  return { ...engine, hostDependencies: { ...engine.hostDependencies, records } };
}

function takenByNobody(all: Records<WorkRecord>): Records<WorkRecord> {
  return Object.create(all, { take: { value: () => Promise.resolve(null) } }) as Records<WorkRecord>; // theirs, but for this
}

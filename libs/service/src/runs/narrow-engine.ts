import type { Batch, Records, TakeOptions, WorkRecord } from '@batchmill/records';
import type { Engine } from '../engine.js';

type Take = (options: TakeOptions<string>) => Promise<WorkRecord | null>;

/** The engine for stages that work on the records of one run only. Due records of other runs are left alone. */
export function engineForRun(engine: Engine, runId: string): Engine {
  return engineFor(engine, (records, record) => records.runOf(record) === runId);
}

/** The engine for stages that work on one batch, and on the notifications of its run. */
export function engineForBatch(engine: Engine, { _id, runId }: Pick<Batch, '_id' | 'runId'>): Engine {
  return engineFor(engine, (records, record) =>
    records === engine.batches
      ? record._id === _id
      : records === engine.notifications && records.runOf(record) === runId,
  );
}

function engineFor(engine: Engine, isIncluded: (records: Records<WorkRecord>, record: WorkRecord) => boolean): Engine {
  return withTake(engine, (records) => async ({ id, ...options }) => {
    const expected = { state: options.state, ...(id !== undefined && { id }) };
    for await (const record of records.takeable(expected)) {
      const taken = isIncluded(records, record) ? await records.take({ ...options, id: record._id }) : null;
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

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { Batch } from '@batchmill/records';
import type { Place } from '@batchmill/store';
import { TestEngine, eventually } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun } from './runs.js';

const elsewhere: Place = { name: 'another database', identity: { path: '/another/state.db', file: '1' }, servers: [] };

describe('an older state that is restored under running stages', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    const slow = { turnaround: { kind: 'fixed', seconds: 36_000 }, speed: 1 } as const;
    bundle = await TestEngine.open({ pipelines: [notes], simulator: slow });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(10));
  });
  afterEach(() => bundle.close());

  const onlyBatch = async (): Promise<Batch | undefined> =>
    (await Array.fromAsync(bundle.engine.store.collection<Batch>('batches').find({})))[0];

  /** The batch, once a stage has taken it and let it go. */
  const workedOn = (): Promise<Batch> =>
    eventually('a stage worked on the batch', async () => {
      const batch = await onlyBatch();
      const isReleased = batch !== undefined && batch.nextAt > new Date(0) && batch.fence > 0;
      return isReleased && batch.lease.until <= bundle.engine.clock.now() && batch;
    });

  /** What a dump from before the submission has of the batch, at once due. */
  const restoreBatch = ({ _id, submission }: Batch): Promise<unknown> =>
    bundle.engine.store.collection('batches').updateOne(
      { _id },
      {
        $set: { state: 'built', provider: null, submission: { ...submission, armed: null }, nextAt: new Date(0) },
        $inc: { fence: 1 },
      },
    );

  const record = (): ReturnType<typeof bundle.engine.store.collection> =>
    bundle.engine.store.collection('installation');

  it('Y4: no batch is created again, also before the state is checked the next time, and the process ends', async () => {
    const { engine, simulator } = bundle;
    const { installation } = engine.engineSettings;
    await record().insertOne({ _id: 'this', installation });
    await bundle.start(stages);
    await requestRun(bundle, { runId: 'nightly', pipeline: 'notes', endpoint: 'embeddings' });
    const sent = await eventually('the batch is submitted', async () => {
      const batch = await onlyBatch();
      return batch?.state === 'submitted' && batch;
    });

    await record().updateOne({ _id: 'this' }, { $set: { place: elsewhere } });
    await restoreBatch(sent);

    const after = await workedOn();
    const { batches } = (await (await fetch(`${simulator.url}/admin/ledger`)).json()) as { batches: unknown[] };
    expect(batches).toHaveLength(1);
    expect(after).toMatchObject({ state: 'built', attempts: 0, submission: { armed: null } });
    expect(() => engine.readiness.throwIfFatal()).toThrow(/batchmill installation take-over/);
  });

  it('Y4: nothing is created while the restore has dropped the record of the installation', async () => {
    const { engine } = bundle;
    const { installation } = engine.engineSettings;
    await record().insertOne({ _id: 'this', installation });
    await engine.installationWatch.isOwn();
    await record().deleteMany({});
    await bundle.start(stages);

    await requestRun(bundle, { runId: 'nightly', pipeline: 'notes', endpoint: 'embeddings' });

    expect(await workedOn()).toMatchObject({ state: 'built', submission: { armed: null } });
    const message = expect.stringContaining('being restored');
    expect(engine.readiness.outages).toMatchObject([{ dependency: 'installation', message }]);
    await record().insertOne({ _id: 'this', installation });
    bundle.clock.advance(10_000);
    await eventually('the batch is submitted', async () => (await onlyBatch())?.state === 'submitted');
    expect(engine.readiness.outages).toEqual([]);
  });
});

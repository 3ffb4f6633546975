import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { writeMembers } from '@batchmill/records';
import { TestEngine, eventually } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, endOf } from './runs.js';
import { befall } from './simulated-provider.js';
import { scannerOn } from './scanner-on.js';

describe('claims and the end of their run', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  it('interleaving 2: a claim is closed only when a claim holds the documents that are to be asked again', async () => {
    bundle = await TestEngine.open({ pipelines: [notes], settings: { maxWaitingBatches: 1, retryBaseMs: 1 } });
    const { engine, clock } = bundle;
    const written = manyNotes(20);
    await engine.documentStore.collection('notes').insertMany(written);
    await befall(bundle, { on: 'line', what: 'status', value: 500, times: 4 });
    await theFirstClaimIsSealed();
    const ofTheSleeper = await secondClaimOf(written.slice(10).map(({ _id }) => _id));
    await theFirstClaimIsIngested();
    clock.advance(60_000);

    // The line is full, so that the scan adds no page: it only closes the first claim.
    const standing = await engine.batches.get('r.c1.b1');
    const waiting = { ...standing!, _id: 'waiting', claimId: 'r.c9', state: 'built', parked: true } as const;
    await engine.batches.insert(waiting).apply([]);
    const transitions = (await scannerOn(bundle)).scan(await bundle.lease(engine.runs, 'r'));
    const opening = await transitions.next();
    expect(await ofTheSleeper.apply([])).toBe(true);
    expect(opening.done === false && (await opening.value.apply([]))).toBe(false);
    await bundle.collect(transitions);
    expect((await engine.claims.get('r.c1'))?.state).toBe('built');

    await engine.store.collection('batches').deleteMany({ _id: 'waiting' });
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');
    expect(run.totals?.documents).toMatchObject({ succeeded: 20, failed: 0, left: 0 });
    const completed = { embedding_status: 'completed' };
    expect(await engine.documentStore.collection('notes').count(completed)).toBe(20);
  });

  it('interleaving 2: a scan that slept before it opened a claim cannot open it after the end of the run', async () => {
    bundle = await TestEngine.open({ pipelines: [notes] });
    const { engine } = bundle;
    const written = manyNotes(20);
    const collection = engine.documentStore.collection('notes');
    await collection.insertMany(written.slice(0, 10));
    await theFirstClaimIsSealed();
    const ofTheSleeper = await secondClaimOf(written.slice(10).map(({ _id }) => _id));
    // What it gathered was taken away by the user meanwhile, so that the others find nothing more and end the run.
    await bundle.start(stages);
    await endOf(bundle, 'r');
    await collection.insertMany(written.slice(10));

    expect(await ofTheSleeper.apply([])).toBe(false);
    expect(await engine.claims.countActiveOfRun('r')).toBe(0);
  });

  it('a document that something unforeseen left in progress is asked again before its claim is closed', async () => {
    bundle = await TestEngine.open({ pipelines: [notes], settings: { retryBaseMs: 1 } });
    const { engine } = bundle;
    const [first, ...others] = manyNotes(10);
    const collection = engine.documentStore.collection('notes');
    await collection.insertMany([first!, ...others]);
    await theFirstClaimIsSealed();
    await theFirstClaimIsIngested();
    const forgotten = {
      embedding_status: 'in_progress',
      'embedding_processing_info.functions.embeddings.state': 'requested',
    };
    expect((await collection.updateOne({ _id: first!._id }, { $set: forgotten })).modified).toBe(1);

    await bundle.start(stages);

    expect((await endOf(bundle, 'r')).totals?.documents).toMatchObject({ succeeded: 10, failed: 0, left: 0 });
    expect(await collection.count({ embedding_status: 'completed' })).toBe(10);
  });

  async function theFirstClaimIsSealed(): Promise<void> {
    const stop = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('the first claim', async () => (await bundle.engine.claims.get('r.c1'))?.state === 'sealed');
    await stop();
  }

  async function theFirstClaimIsIngested(): Promise<void> {
    const stop = await bundle.start(stages.filter((stage) => stage !== ChunkScannerModule));
    await eventually('its answers', async () => (await bundle.engine.batches.get('r.c1.b1'))?.state === 'ingested');
    await stop();
  }

  /** What a holder of the run was about to insert when it fell asleep. */
  async function secondClaimOf(ids: readonly unknown[]) {
    const { blobs, claims } = bundle.engine;
    const gathered = ids.map((id) => ({ id, previousClaimId: null, functions: ['embeddings'], restart: false }));
    const members = await writeMembers(blobs, gathered);
    return claims.insert(
      claims.new('r', 2, {
        kind: 'scan',
        previousClaimId: null,
        positionAfter: { type: 3, after: null },
        scanEnds: true,
        members,
        traceparent: null,
      }),
    );
  }
});

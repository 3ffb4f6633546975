import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { BatchSubmitter, BatchSubmitterModule } from '@batchmill/batch-submitter';
import { TimeoutError } from '@batchmill/contracts';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { JsonlBuilder, JsonlBuilderModule } from '@batchmill/jsonl-builder';
import type { BatchToCreate, Provider, ProviderBatch } from '@batchmill/provider';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, endOf, runToTheEnd } from './runs.js';
import { scannerOn } from './scanner-on.js';
import { stageOn } from './stage-on.js';

describe('interleavings, step by step', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    count: number,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    bundle = await TestEngine.open({ pipelines: [notes], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    return bundle;
  }

  function builder(): JsonlBuilder {
    const { runs, batches, budgets, documents, blobs, pipelines, provider, clock } = bundle.engine;
    return new JsonlBuilder(runs, batches, budgets, documents, blobs, pipelines, provider, clock);
  }

  async function submitter(provider: Provider): Promise<BatchSubmitter> {
    return stageOn({ ...bundle.engine, provider }, BatchSubmitterModule, BatchSubmitter);
  }

  async function ledger(): Promise<{ requests: number; twice: unknown[]; batches: unknown[]; files: unknown[] }> {
    return (await (await fetch(`${bundle.simulator.url}/admin/ledger`)).json()) as Awaited<ReturnType<typeof ledger>>;
  }

  it('interleaving 5: two builders of one claim, a document edited between: one set of batches, every document done once', async () => {
    const { engine, clock } = await opened(10);
    const stop = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a sealed claim', async () => (await engine.claims.get('r.c1'))?.state === 'sealed');
    await stop();

    const slow = await bundle.lease(engine.claims, 'r.c1');
    const transitions = builder().build(slow);
    const filled = await transitions.next();
    clock.advance(60_000);
    await engine.documentStore.collection('notes').updateOne({ _id: 'n00003' }, { $set: { text: '' } });
    await bundle.collect(builder().build(await bundle.lease(engine.claims, 'r.c1')));
    const late = filled.done === true ? true : await filled.value.apply([]);
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');

    expect(late).toBe(false);
    expect(await storedRecords(engine.store).batches.count({ claimId: 'r.c1' })).toBe(1);
    expect(run.totals?.documents).toMatchObject({ succeeded: 9, failed: 1, left: 0 });
    expect(await ledger()).toMatchObject({ requests: 9, twice: [] });
  });

  it('interleaving 7: a submitter that froze after arming and awakes after the takeover creates nothing', async () => {
    const { engine, clock } = await opened(5);
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a built batch', () => engine.batches.get('r.c1.b1'));
    await stop();

    let awake: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (awake = resolve));
    let isFrozen: () => void = () => undefined;
    const armed = new Promise<void>((resolve) => (isFrozen = resolve));
    const freezing = Object.create(engine.provider, {
      createBatch: {
        value: async (batch: BatchToCreate): Promise<ProviderBatch> => {
          isFrozen();
          await frozen;
          return engine.provider.createBatch(batch);
        },
      },
      uploadFile: { value: engine.provider.uploadFile.bind(engine.provider) },
    }) as Provider;
    const sleeper = bundle.collect((await submitter(freezing)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    const slept = sleeper.then(
      () => 'went on',
      (error: unknown) => (error as Error).name,
    );
    await armed;
    for (let looks = 0; (await engine.batches.get('r.c1.b1'))?.state === 'built' && looks < 5; looks += 1) {
      clock.advance(60_000);
      await bundle.collect((await submitter(engine.provider)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    }
    awake();

    expect(await slept).toBe('TimeoutError');
    expect(await engine.batches.get('r.c1.b1')).toMatchObject({ state: 'submitted' });
    await bundle.start(stages);
    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(5);
    expect(await ledger()).toMatchObject({ requests: 5, twice: [], batches: [expect.anything()], files: [] });
  });

  it('interleaving 7: a create that was on its way until after the takeover finds no file to make a batch of', async () => {
    const { engine, clock, simulator } = await opened(5);
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a built batch', () => engine.batches.get('r.c1.b1'));
    await stop();
    let onItsWay: BatchToCreate | null = null;
    const losing = Object.create(engine.provider, {
      createBatch: {
        value: (batch: BatchToCreate): Promise<never> => {
          onItsWay = batch;
          return Promise.reject(new TimeoutError('provider.timeout', 'no answer'));
        },
      },
      uploadFile: { value: engine.provider.uploadFile.bind(engine.provider) },
    }) as Provider;
    await expect(
      bundle.collect((await submitter(losing)).submit(await bundle.lease(engine.batches, 'r.c1.b1'))),
    ).rejects.toThrow(TimeoutError);
    for (let looks = 0; (await engine.batches.get('r.c1.b1'))?.state === 'built' && looks < 5; looks += 1) {
      clock.advance(60_000);
      await bundle.collect((await submitter(engine.provider)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    }

    const { inputFileId, endpoint, completionWindow, metadata } = onItsWay as unknown as BatchToCreate;
    const late = await fetch(`${simulator.url}/v1/batches`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
      body: JSON.stringify({ input_file_id: inputFileId, endpoint, completion_window: completionWindow, metadata }),
    });

    expect(late.ok).toBe(false);
    await bundle.start(stages);
    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(5);
    expect(await ledger()).toMatchObject({ requests: 5, twice: [], batches: [expect.anything()], files: [] });
  });

  it('interleaving 17: a claim with nothing to render ends, each document failed with its reason', async () => {
    const { engine } = await opened(4);
    await engine.documentStore.collection('notes').updateMany({}, { $set: { text: '' } });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 0, failed: 4 }, batches: 0 } });
    expect(await ledger()).toMatchObject({ requests: 0 });
  });

  it('interleaving 19: work parked in a stage stops that batch alone, and put back the run ends', async () => {
    const { engine, simulator } = await opened(10);
    const fault = JSON.stringify([{ on: 'batches.create', what: 'status', value: 403, rate: 1 }]);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body: fault });
    await bundle.start(stages);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a parked batch', async () => (await engine.batches.get('r.c1.b1'))?.parked);

    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body: '[]' });
    await engine.batches.unpark('r.c1.b1');

    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(10);
    expect(await ledger()).toMatchObject({ requests: 10, twice: [] });
  });

  it('interleaving 6: a crash between two batches of a claim whose trailing members cannot be rendered', async () => {
    const { engine, clock } = await opened(10);
    const documents = engine.documentStore.collection('notes');
    await documents.updateMany({ _id: { $in: ['n00008', 'n00009'] } }, { $set: { text: '' } });
    await engine.budgets.learnLimit(engine.provider.account, 'text-embedding-3-small', 120);
    const stop = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a sealed claim', async () => (await engine.claims.get('r.c1'))?.state === 'sealed');
    await stop();

    const first = await builder()
      .build(await bundle.lease(engine.claims, 'r.c1'))
      .next();
    if (first.done !== true) await first.value.apply([]);
    clock.advance(60_000);
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');

    expect(await storedRecords(engine.store).batches.count({ claimId: 'r.c1' })).toBeGreaterThan(1);
    expect(await storedRecords(engine.store).batches.count({ claimId: 'r.c1', last: true })).toBe(1);
    expect(run.totals?.documents).toMatchObject({ succeeded: 8, failed: 2, left: 0 });
    expect(await ledger()).toMatchObject({ requests: 8, twice: [] });
  });

  it('interleaving 25: a crash between the retry claim and the former one’s end counts every document once', async () => {
    const { engine, clock, simulator } = await opened(10);
    const body = JSON.stringify([{ on: 'line', what: 'status', value: 500, times: 3 }]);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body });
    const stopScanner = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a sealed claim', async () => (await engine.claims.get('r.c1'))?.state === 'sealed');
    await stopScanner();
    const stopOthers = await bundle.start(stages.slice(1));
    await eventually('ingested', async () => (await engine.batches.get('r.c1.b1'))?.state === 'ingested');
    await stopOthers();

    clock.advance(60_000);
    for await (const transition of (await scannerOn(bundle)).scan(await bundle.lease(engine.runs, 'r'))) {
      await transition.apply([]);
      if ((await engine.claims.get('r.c2'))?.state === 'sealed') break;
    }
    const left = await engine.claims.get('r.c1');
    clock.advance(60_000);
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');

    expect(left?.state).toBe('built');
    expect(run.totals?.documents).toEqual({ succeeded: 10, failed: 0, left: 0, takenOver: 0 });
    expect(await ledger()).toMatchObject({ requests: 10, twice: [] });
  });

  it('interleaving 8: create’s answer lost, the list stale, the batch appearing afterwards: it is cancelled, and told', async () => {
    const { engine, clock, log, simulator } = await opened(5, {
      simulator: { turnaround: { kind: 'fixed', seconds: 36_000 }, speed: 1 },
    });
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a built batch', () => engine.batches.get('r.c1.b1'));
    await stop();
    const blind = Object.create(engine.provider, {
      listBatches: { value: async function* () {} },
      uploadFile: { value: engine.provider.uploadFile.bind(engine.provider) },
      createBatch: { value: engine.provider.createBatch.bind(engine.provider) },
      deleteFile: { value: engine.provider.deleteFile.bind(engine.provider) },
    }) as Provider;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify([{ on: 'batches.create', what: 'drop-answer', times: 1 }]);
    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body });

    const lost = bundle.collect((await submitter(blind)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    await expect(lost).rejects.toMatchObject({ kind: 'ConnectionError' });
    for (let looks = 0; (await engine.batches.get('r.c1.b1'))?.state === 'built' && looks < 5; looks += 1) {
      clock.advance(60_000);
      await bundle.collect((await submitter(blind)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    }
    await bundle.collect((await submitter(engine.provider)).sweep());

    const { batches } = (await ledger()) as { batches: { id: string; status: string }[] };
    const ours = (await engine.batches.get('r.c1.b1'))?.provider?.batchId;
    expect(batches).toHaveLength(2);
    expect(batches.find(({ id }) => id !== ours)?.status).toMatch(/^cancell/);
    expect(batches.find(({ id }) => id === ours)?.status).not.toMatch(/^cancell|failed/);
    expect(log.lines.some(({ message }) => message.startsWith('cancelled a provider batch'))).toBe(true);
  });
});

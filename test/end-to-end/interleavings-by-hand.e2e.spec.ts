import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { BatchSubmitter, BatchSubmitterModule, OrphanSweep } from '@batchmill/batch-submitter';
import { TimeoutError } from '@batchmill/contracts';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { JsonlBuilder, JsonlBuilderModule } from '@batchmill/jsonl-builder';
import type { BatchToCreate, Provider, ProviderBatch } from '@batchmill/provider';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun, endOf, runToTheEnd } from './runs.js';
import { scannerOn, stageOn } from './stage-on.js';

describe('interleavings, one step at a time', () => {
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

  async function builder(): Promise<JsonlBuilder> {
    return stageOn(bundle.engine, JsonlBuilderModule, JsonlBuilder);
  }

  async function submitter(provider: Provider): Promise<BatchSubmitter> {
    return stageOn({ ...bundle.engine, provider }, BatchSubmitterModule, BatchSubmitter);
  }

  async function ledger(): Promise<{ requests: number; twice: unknown[]; batches: unknown[]; files: unknown[] }> {
    return (await (await fetch(`${bundle.simulator.url}/admin/ledger`)).json()) as Awaited<ReturnType<typeof ledger>>;
  }

  it('interleaving 5: two builders of one claim with a document edited in between make one set of batches, and every document is done once', async () => {
    const { engine, clock } = await opened(10);
    const stop = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a sealed claim', async () => (await engine.claims.get('r.c1'))?.state === 'sealed');
    await stop();

    const staleLease = await bundle.lease(engine.claims, 'r.c1');
    const transitions = (await builder()).build(staleLease);
    const staleTransition = await transitions.next();
    clock.advance(60_000);
    await engine.documentStore.collection('notes').updateOne({ _id: 'n00003' }, { $set: { text: '' } });
    await bundle.collect((await builder()).build(await bundle.lease(engine.claims, 'r.c1')));
    const lateApplied = staleTransition.done === true ? true : await staleTransition.value.apply([]);
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');

    expect(lateApplied).toBe(false);
    expect(await storedRecords(engine.store).batches.count({ claimId: 'r.c1' })).toBe(1);
    expect(run.totals?.documents).toMatchObject({ succeeded: 9, failed: 1, left: 0 });
    expect(await ledger()).toMatchObject({ requests: 9, twice: [] });
  });

  it('interleaving 7: a submitter that freezes after arming and resumes after the takeover creates nothing', async () => {
    const { engine, clock } = await opened(5);
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a built batch', () => engine.batches.get('r.c1.b1'));
    await stop();

    let thaw: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => (thaw = resolve));
    let reportArmed: () => void = () => undefined;
    const armed = new Promise<void>((resolve) => (reportArmed = resolve));
    const freezingProvider = Object.create(engine.provider, {
      accountInfo: { value: engine.provider.accountInfo },
      createBatch: {
        value: async (batch: BatchToCreate): Promise<ProviderBatch> => {
          reportArmed();
          await frozen;
          return engine.provider.createBatch(batch);
        },
      },
      uploadFile: { value: engine.provider.uploadFile.bind(engine.provider) },
    }) as Provider;
    const frozenSubmission = bundle.collect(
      (await submitter(freezingProvider)).submit(await bundle.lease(engine.batches, 'r.c1.b1')),
    );
    const outcome = frozenSubmission.then(
      () => 'continued',
      (error: unknown) => (error as Error).name,
    );
    await armed;
    for (let tries = 0; (await engine.batches.get('r.c1.b1'))?.state === 'built' && tries < 5; tries += 1) {
      clock.advance(60_000);
      await bundle.collect((await submitter(engine.provider)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    }
    thaw();

    expect(await outcome).toBe('TimeoutError');
    expect(await engine.batches.get('r.c1.b1')).toMatchObject({ state: 'submitted' });
    await bundle.start(stages);
    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(5);
    expect(await ledger()).toMatchObject({ requests: 5, twice: [], batches: [expect.anything()], files: [] });
  });

  it('interleaving 7: a create that arrives after the takeover is refused, because its input file is deleted', async () => {
    const { engine, clock, simulator } = await opened(5);
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a built batch', () => engine.batches.get('r.c1.b1'));
    await stop();
    let lostCreate: BatchToCreate | null = null;
    const losingProvider = Object.create(engine.provider, {
      accountInfo: { value: engine.provider.accountInfo },
      createBatch: {
        value: (batch: BatchToCreate): Promise<never> => {
          lostCreate = batch;
          return Promise.reject(new TimeoutError('provider.timeout', 'no answer'));
        },
      },
      uploadFile: { value: engine.provider.uploadFile.bind(engine.provider) },
    }) as Provider;
    await expect(
      bundle.collect((await submitter(losingProvider)).submit(await bundle.lease(engine.batches, 'r.c1.b1'))),
    ).rejects.toThrow(TimeoutError);
    for (let tries = 0; (await engine.batches.get('r.c1.b1'))?.state === 'built' && tries < 5; tries += 1) {
      clock.advance(60_000);
      await bundle.collect((await submitter(engine.provider)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    }

    const { inputFileId, endpoint, completionWindow, metadata } = lostCreate as unknown as BatchToCreate;
    const response = await fetch(`${simulator.url}/v1/batches`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
      body: JSON.stringify({ input_file_id: inputFileId, endpoint, completion_window: completionWindow, metadata }),
    });

    expect(response.ok).toBe(false);
    await bundle.start(stages);
    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(5);
    expect(await ledger()).toMatchObject({ requests: 5, twice: [], batches: [expect.anything()], files: [] });
  });

  it('interleaving 17: a claim in which no request can be rendered ends, and each document fails with its reason', async () => {
    const { engine } = await opened(4);
    await engine.documentStore.collection('notes').updateMany({}, { $set: { text: '' } });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 0, failed: 4 }, batches: 0 } });
    expect(await ledger()).toMatchObject({ requests: 0 });
  });

  it('interleaving 19: a parked batch stops no other work, and the run ends once it is retried by hand', async () => {
    const { engine, simulator } = await opened(10);
    const fault = JSON.stringify([{ on: 'batches.create', what: 'status', value: 400, rate: 1 }]);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body: fault });
    await bundle.start(stages);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a parked batch', async () => (await engine.batches.get('r.c1.b1'))?.parked);

    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body: '[]' });
    await engine.batches.unpark('r.c1.b1');

    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(10);
    expect(await ledger()).toMatchObject({ requests: 10, twice: [] });
  });

  it('interleaving 6: after a crash between two batches of a claim whose last members cannot be rendered, every document is done once', async () => {
    const { engine, clock } = await opened(10);
    const documents = engine.documentStore.collection('notes');
    await documents.updateMany({ _id: { $in: ['n00008', 'n00009'] } }, { $set: { text: '' } });
    await engine.budgets.learn(engine.provider.account, 'text-embedding-3-small', 'tokens', 120);
    const stop = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a sealed claim', async () => (await engine.claims.get('r.c1'))?.state === 'sealed');
    await stop();

    const first = await (await builder()).build(await bundle.lease(engine.claims, 'r.c1')).next();
    if (first.done !== true) await first.value.apply([]);
    clock.advance(60_000);
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');

    expect(await storedRecords(engine.store).batches.count({ claimId: 'r.c1' })).toBeGreaterThan(1);
    expect(await storedRecords(engine.store).batches.count({ claimId: 'r.c1', last: true })).toBe(1);
    expect(run.totals?.documents).toMatchObject({ succeeded: 8, failed: 2, left: 0 });
    expect(await ledger()).toMatchObject({ requests: 8, twice: [] });
  });

  it('interleaving 25: after a crash between the retry claim and the end of the previous claim, every document is counted once', async () => {
    const { engine, clock, simulator } = await opened(10);
    const body = JSON.stringify([{ on: 'line', what: 'status', value: 500, times: 3 }]);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body });
    const stopScanner = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
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
    const previousClaim = await engine.claims.get('r.c1');
    clock.advance(60_000);
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');

    expect(previousClaim?.state).toBe('built');
    expect(run.totals?.documents).toEqual({ succeeded: 10, failed: 0, left: 0, takenOver: 0 });
    expect(await ledger()).toMatchObject({ requests: 10, twice: [] });
  });

  it('interleaving 8: a batch whose create answer was lost and that a stale list hid is cancelled once it appears, and logged', async () => {
    const { engine, clock, log, simulator } = await opened(5, {
      simulator: { turnaround: { kind: 'fixed', seconds: 36_000 }, speed: 1 },
    });
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('a built batch', () => engine.batches.get('r.c1.b1'));
    await stop();
    const blindProvider = Object.create(engine.provider, {
      accountInfo: { value: engine.provider.accountInfo },
      listBatches: { value: async function* () {} },
      uploadFile: { value: engine.provider.uploadFile.bind(engine.provider) },
      createBatch: { value: engine.provider.createBatch.bind(engine.provider) },
      deleteFile: { value: engine.provider.deleteFile.bind(engine.provider) },
    }) as Provider;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify([{ on: 'batches.create', what: 'drop-answer', times: 1 }]);
    await fetch(`${simulator.url}/admin/faults`, { method: 'PUT', headers, body });

    const submission = bundle.collect(
      (await submitter(blindProvider)).submit(await bundle.lease(engine.batches, 'r.c1.b1')),
    );
    await expect(submission).rejects.toMatchObject({ kind: 'ConnectionError' });
    for (let tries = 0; (await engine.batches.get('r.c1.b1'))?.state === 'built' && tries < 5; tries += 1) {
      clock.advance(60_000);
      await bundle.collect((await submitter(blindProvider)).submit(await bundle.lease(engine.batches, 'r.c1.b1')));
    }
    await bundle.collect((await stageOn(engine, BatchSubmitterModule, OrphanSweep)).sweep());

    const { batches } = (await ledger()) as { batches: { id: string; status: string }[] };
    const ours = (await engine.batches.get('r.c1.b1'))?.provider?.providerBatchId;
    expect(batches).toHaveLength(2);
    expect(batches.find(({ id }) => id !== ours)?.status).toMatch(/^cancell/);
    expect(batches.find(({ id }) => id === ours)?.status).not.toMatch(/^cancell|failed/);
    expect(log.lines.some(({ message }) => message.startsWith('cancelled a provider batch'))).toBe(true);
  });
});

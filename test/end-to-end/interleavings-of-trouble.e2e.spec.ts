import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { Bus } from '@batchmill/bus';
import { ConnectionError, topicOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import type { Provider } from '@batchmill/provider';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun, endOf, runToTheEnd } from './runs.js';
import { scannerOn } from './stage-on.js';

describe('interleavings with faults', () => {
  const bundles: TestEngine[] = [];
  afterEach(async () => {
    for (const bundle of bundles.splice(0).reverse()) await bundle.close();
  });

  async function opened(
    count: number,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    const bundle = await TestEngine.open({ pipelines: [notes], ...options });
    bundles.push(bundle);
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    return bundle;
  }

  async function ledgerOf({
    simulator,
  }: TestEngine): Promise<{ requests: number; twice: unknown[]; batches: unknown[] }> {
    return (await (await fetch(`${simulator.url}/admin/ledger`)).json()) as Awaited<ReturnType<typeof ledgerOf>>;
  }

  it('interleaving 2: a scanner that lost the run’s lease in the middle of a page and resumes after the run’s end changes nothing', async () => {
    const bundle = await opened(10);
    const { engine, clock } = bundle;
    const { runs } = engine;
    const scanner = await scannerOn(bundle);
    const request = { pipeline: 'notes', endpoint: 'embeddings' } as const;
    await runs.insert(runs.new('r', request, null)).apply([]);
    await bundle.collect(scanner.start(await bundle.lease(runs, 'r')));

    const transitions = scanner.scan(await bundle.lease(runs, 'r'));
    const opening = await transitions.next();
    if (opening.done !== true) await opening.value.apply([]);
    clock.advance(60_000);
    await bundle.start(stages);
    const run = await endOf(bundle, 'r');
    const before = await Array.fromAsync(engine.documentStore.collection('notes').find({}));
    const outcome = await bundle.collect(transitions).then(
      () => 'continued',
      () => 'gave up',
    );

    expect(outcome).toBe('gave up');
    expect(run.totals?.documents.succeeded).toBe(10);
    expect(await Array.fromAsync(engine.documentStore.collection('notes').find({}))).toEqual(before);
    expect(await engine.claims.countActiveOfRun('r')).toBe(0);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 10, twice: [] });
  });

  it('M5 interleaving 9: when the queue is full, the same file is submitted again, no document is touched, no attempt is used up, and its share is released', async () => {
    const bundle = await opened(10);
    const body = JSON.stringify([{ on: 'batch', what: 'token-limit', times: 1 }]);
    const headers = { 'content-type': 'application/json' };
    await fetch(`${bundle.simulator.url}/admin/faults`, { method: 'PUT', headers, body });
    await bundle.start(stages);

    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const { engine } = bundle;
    const batch = await engine.batches.get('r.c1.b1');
    expect(batch).toMatchObject({ state: 'ingested', submission: { attempt: 2 } });
    expect(batch!.previousAttempts).toHaveLength(1);
    expect(await storedRecords(engine.store).batches.count({ runId: 'r' })).toBe(1);
    for await (const note of engine.documentStore.collection('notes').find({})) {
      expect(note['embedding_processing_info']).toMatchObject({
        functions: { embeddings: { state: 'done', attempts: 1 } },
      });
    }
    await eventually('the share to be released', async () => {
      const budget = await engine.budgets.get(engine.provider.account, 'text-embedding-3-small');
      return budget?.held === 0;
    });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 10, twice: [] });
  });

  it('interleaving 20: when the bus loses its events in the middle of a run, polling finishes the run', async () => {
    const losingBus = (bus: Bus): Bus =>
      Object.create(bus, {
        publish: {
          value: (messages: Parameters<Bus['publish']>[0]) =>
            bus.publish(messages.filter(({ topic }) => topic === topicOf(RunRequested))),
        },
        subscribe: { value: bus.subscribe.bind(bus) },
        ensureTopics: { value: bus.ensureTopics.bind(bus) },
        close: { value: bus.close.bind(bus) },
      }) as Bus;
    const bundle = await opened(25, { ports: ({ bus }) => ({ bus: losingBus(bus) }) });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run.totals?.documents.succeeded).toBe(25);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 25, twice: [] });
  });

  it('interleaving 22: an outage longer than any lease, during which a replica joins, parks nothing and pays nothing twice', async () => {
    let isUnavailable = true;
    const flaky = (provider: Provider): Provider =>
      Object.create(provider, {
        account: { value: provider.account },
        accountInfo: { value: provider.accountInfo },
        ...Object.fromEntries(
          (['uploadFile', 'createBatch', 'retrieveBatch', 'deleteFile', 'cancelBatch', 'close'] as const).map(
            (name) => [
              name,
              {
                value: (...args: unknown[]): unknown => {
                  if (isUnavailable && name !== 'close')
                    throw new ConnectionError('provider.unavailable', 'the provider is unavailable');
                  const call = Reflect.get(provider, name) as (...args: unknown[]) => unknown;
                  return Reflect.apply(call, provider, args);
                },
              },
            ],
          ),
        ),
        listBatches: { value: provider.listBatches.bind(provider) },
        listInputFiles: { value: provider.listInputFiles.bind(provider) },
        listResultFiles: { value: provider.listResultFiles.bind(provider) },
        download: { value: provider.download.bind(provider) },
        check: { value: provider.check.bind(provider) },
        listModels: { value: provider.listModels.bind(provider) },
      }) as Provider;
    const bundle = await opened(20, {
      ports: ({ provider }) => ({ provider: flaky(provider) }),
      work: { leaseMs: 200 },
    });
    await bundle.start(stages);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('not ready', () => !bundle.engine.readiness.isReady && bundle.engine.batches.get('r.c2.b1'));
    await bundle.start(stages);
    bundle.clock.advance(3_600_000);

    expect(await bundle.engine.batches.countParked()).toBe(0);
    isUnavailable = false;
    const run = await endOf(bundle, 'r');

    expect(run.totals?.documents.succeeded).toBe(20);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 20, twice: [] });
  });

  it('interleaving 23: two installations that share one key do not touch each other’s batches and files', async () => {
    const settings = { sweepMs: 50 };
    const one = await opened(20, { settings: { ...settings, installation: 'one' } });
    const shared = new OpenAiProvider({ apiKey: 'sk-test', baseUrl: `${one.simulator.url}/v1`, clock: one.clock });
    const two = await opened(20, {
      settings: { ...settings, installation: 'two' },
      comparesBooks: false,
      ports: () => ({ provider: shared }),
    });
    await one.start(stages);
    await two.start(stages);

    const ended = await Promise.all(
      [one, two].map((bundle) => runToTheEnd(bundle, { runId: 'same', pipeline: 'notes', endpoint: 'embeddings' })),
    );

    expect(ended.map(({ totals }) => totals?.documents.succeeded)).toEqual([20, 20]);
    const { batches, requests } = await ledgerOf(one);
    expect(requests).toBe(40);
    expect((batches as { status: string }[]).filter(({ status }) => status !== 'completed')).toEqual([]);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { PrefixedBus, type Bus } from '@batchmill/bus';
import { RunRequested } from '@batchmill/contracts/events';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { requestRun as requestOwnRun } from '@batchmill/service';
import { TestEngine } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestRun, runToTheEnd } from './runs.js';

type OpenOptions = Partial<Parameters<typeof TestEngine.open>[0]>;

describe('two installations', () => {
  const bundles: TestEngine[] = [];
  afterEach(async () => {
    for (const bundle of bundles.splice(0).reverse()) await bundle.close();
  });

  async function opened(options: OpenOptions): Promise<TestEngine> {
    // They share a simulator and a store, which the first to close takes with it.
    const bundle = await TestEngine.open({ pipelines: [notes], comparesBooks: false, ...options });
    bundles.push(bundle);
    return bundle;
  }

  /** Another installation with the documents and the provider of the first. */
  async function openedBeside(
    first: TestEngine,
    installation: string,
    settings: OpenOptions['settings'] = {},
  ): Promise<TestEngine> {
    const provider = new OpenAiProvider({
      apiKey: 'sk-test',
      baseUrl: `${first.simulator.url}/v1`,
      clock: first.clock,
    });
    const { documentStore } = first.engine;
    return opened({ settings: { installation, ...settings }, ports: () => ({ provider, documentStore }) });
  }

  /** Two installations with nothing in common but the servers of the bus. */
  async function openedOnOneBus(busOf: (bus: Bus, name: string) => Bus): Promise<[TestEngine, TestEngine]> {
    const { promise: servers, resolve } = Promise.withResolvers<Bus>();
    const one = await opened({
      settings: { installation: 'one' },
      ports: ({ bus }) => {
        resolve(bus);
        return { bus: busOf(bus, 'one') };
      },
    });
    const shared = await servers;
    const two = await opened({ settings: { installation: 'two' }, ports: () => ({ bus: busOf(shared, 'two') }) });
    return [one, two];
  }

  async function ledgerOf({ simulator }: TestEngine): Promise<{
    requests: number;
    twice: unknown[];
    batches: { status: string }[];
  }> {
    return (await (await fetch(`${simulator.url}/admin/ledger`)).json()) as Awaited<ReturnType<typeof ledgerOf>>;
  }

  it('Y4: with one database of documents and the same run id, each document is requested once', async () => {
    const one = await opened({ settings: { installation: 'one' } });
    const two = await openedBeside(one, 'two');
    const documents = one.engine.documentStore.collection('notes');
    await documents.insertMany(manyNotes(60));
    await one.start(stages);
    await two.start(stages);

    const ended = await Promise.all(
      [one, two].map((bundle) => runToTheEnd(bundle, { runId: 'nightly', pipeline: 'notes', endpoint: 'embeddings' })),
    );

    const [first, second] = ended.map(({ totals }) => totals?.documents.succeeded ?? 0);
    expect(first! + second!).toBe(60);
    expect(await ledgerOf(one)).toMatchObject({ requests: 60, twice: [] });
    expect(await documents.count({ embedding_status: 'completed' })).toBe(60);
    const marks = { 'embedding_processing_info.installation': { $in: ['one', 'two'] } };
    expect(await documents.count({ ...marks, 'embedding_processing_info.claimId': /^nightly\.c\d+~/ })).toBe(60);
  });

  it.each([
    ['no prefix, each finishes the runs that were requested of it', false],
    ['a prefix each, each finishes the runs that were requested of it', true],
  ])('Y4: on one bus with %s', async (_, hasPrefix) => {
    const [one, two] = await openedOnOneBus((bus, name) => (hasPrefix ? new PrefixedBus(bus, `${name}.`) : bus));
    for (const bundle of [one, two]) {
      await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(20));
      await bundle.start(stages);
    }
    const idsOf = (name: string): string[] => Array.from({ length: 10 }, (_unused, index) => `${name}-${index}`);
    const requests = { one: idsOf('one'), two: idsOf('two') };

    for (const [index, runId] of requests.one.entries()) {
      const request = { pipeline: 'notes', endpoint: 'embeddings', limit: 2 } as const;
      await requestOwnRun(one.engine, new RunRequested({ runId, ...request }));
      await requestOwnRun(two.engine, new RunRequested({ runId: requests.two[index]!, ...request }));
    }

    for (const runId of requests.one) expect((await endOf(one, runId)).state).toBe('finished');
    for (const runId of requests.two) expect((await endOf(two, runId)).state).toBe('finished');
    const recordedBy = async ({ engine }: TestEngine): Promise<string[]> =>
      (await Array.fromAsync(engine.runs.latest(100), ({ _id }) => _id)).sort();
    expect(await recordedBy(one)).toEqual(requests.one);
    expect(await recordedBy(two)).toEqual(requests.two);
  });

  it('Y4: with a prefix each, a request without headers reaches the installation whose topic it is on', async () => {
    const [one, two] = await openedOnOneBus((bus, name) => new PrefixedBus(bus, `${name}.`));
    for (const bundle of [one, two]) await bundle.start(stages);

    await requestRun(one, { runId: 'a', pipeline: 'notes', endpoint: 'embeddings' });
    await requestRun(two, { runId: 'b', pipeline: 'notes', endpoint: 'embeddings' });

    expect(await endOf(one, 'a')).toMatchObject({ state: 'finished' });
    expect(await endOf(two, 'b')).toMatchObject({ state: 'finished' });
    expect(await one.engine.runs.get('b')).toBeNull();
    expect(await two.engine.runs.get('a')).toBeNull();
  });

  it('Y4: a copy of the state that was taken earlier, and is not noticed, removes nothing of what the original created since', async () => {
    const slow = { turnaround: { kind: 'fixed', seconds: 3_600 }, speed: 1_800 } as const;
    const original = await opened({ simulator: slow, settings: { installation: 'one', sweepMs: 20 } });
    const copy = await openedBeside(original, 'one', { sweepMs: 20 });
    await original.engine.documentStore.collection('notes').insertMany(manyNotes(30));
    await copy.start(stages);
    await original.start(stages);

    const run = await runToTheEnd(original, { runId: 'nightly', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run.totals?.documents).toMatchObject({ succeeded: 30, failed: 0, left: 0 });
    const ledger = await ledgerOf(original);
    expect(ledger).toMatchObject({ requests: 30, twice: [] });
    expect(ledger.batches.filter(({ status }) => status !== 'completed')).toEqual([]);
    const reports = copy.log.lines.filter(({ message }) => message.includes('batchmill orphans list'));
    expect(reports.length).toBeGreaterThan(0);
  });

  it('Y4: a run of the other installation with the same id, which redoes all, does each document again once', async () => {
    const one = await opened({ settings: { installation: 'one' } });
    const two = await openedBeside(one, 'two');
    await one.engine.documentStore.collection('notes').insertMany(manyNotes(20));
    await one.start(stages);
    await two.start(stages);
    const request = { runId: 'monthly', pipeline: 'notes', endpoint: 'embeddings' } as const;
    await runToTheEnd(one, request);

    const again = await runToTheEnd(two, { ...request, redo: 'all' });

    expect(again.totals?.documents).toMatchObject({ succeeded: 20, takenOver: 0 });
    expect(await ledgerOf(one)).toMatchObject({ requests: 40 });
  });
});

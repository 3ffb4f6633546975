import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { TestEngine } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';

type OpenOptions = Partial<Parameters<typeof TestEngine.open>[0]>;

describe('two installations', () => {
  const bundles: TestEngine[] = [];
  afterEach(async () => {
    for (const bundle of bundles.splice(0).reverse()) await bundle.close();
  });

  async function opened(options: OpenOptions): Promise<TestEngine> {
    const bundle = await TestEngine.open({ pipelines: [notes], ...options });
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

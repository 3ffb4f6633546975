import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, responses, type PromptFunctionOptions } from '@batchmill/pipeline';
import { addSavings, noSavings, readArchive, savedOf, withoutBatchmill, type Batch } from '@batchmill/records';
import { estimatePipeline, reportRun } from '@batchmill/service';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { BlobsOnDisk, FullDisk } from './full-disk.js';
import { reprocess, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf } from './simulated-provider.js';

type Options = Partial<PromptFunctionOptions<unknown>>;
const day = 86_400_000;
const ofApi = { chat, responses } as const;

function pipelineOf(
  options: Options = {},
  { api = 'chat', name = 'notes' }: { api?: 'chat' | 'responses'; name?: string } = {},
) {
  const asked = { name: 'summary', model: 'gpt-4o-mini', temperature: 0, user: 'Summarize: {{ text }}' };
  return definePipeline({
    name,
    source: { collection: 'notes', parentIdField: 'note' },
    inference: { functions: [ofApi[api]({ ...asked, ...options })] },
    batch: { maxRetries: 1 },
  });
}

describe('answers that are bought once', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(options: Partial<TestEngineOptions> = {}): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipelineOf()], ...options });
    await bundle.start(stages);
  }

  const documents = () => bundle.engine.documentStore.collection('notes');
  /** One note per text, of which the ids begin with the prefix. */
  const insert = (prefix: string, texts: readonly string[]) =>
    documents().insertMany(texts.map((text, index) => ({ _id: `${prefix}${index}`, note: prefix, text })));
  const texts = (count: number) => Array.from({ length: count }, (_, index) => `Mill number ${index} at the river.`);
  const run = (runId: string, request: object = {}) => runToTheEnd(bundle, { runId, pipeline: 'notes', ...request });
  const batchesOf = (runId: string): Promise<Batch[]> => Array.fromAsync(bundle.engine.batches.ofRun(runId));
  const keptAnswers = () => bundle.engine.store.collection('reusable_answers').count({});

  /** What was written into the notes of a prefix, in their order, without the time. */
  async function writtenTo(prefix: string): Promise<unknown[]> {
    const found = await Array.fromAsync(documents().find({ note: prefix }, { sort: { _id: 1 } }));
    return found.map(({ event_response: written }) =>
      (written as Record<string, unknown>[] | undefined)?.map(({ talking_points: points }) => points),
    );
  }

  async function savingsOf(runId: string) {
    const entries = await Array.fromAsync(bundle.engine.ledger.entries({ runId }));
    return entries.reduce(addSavings, noSavings);
  }

  it.each(['chat', 'responses'] as const)(
    'M2: a run over copies of documents bills nothing and writes the same answers: %s',
    async (api) => {
      await opened({ pipelines: [pipelineOf({}, { api })] });
      await insert('first', texts(5));
      await run('r1');
      const billed = await ledgerOf(bundle);
      await insert('second', texts(5));

      const estimated = await estimatePipeline(bundle.engine, 'notes', {});
      const second = await run('r2');

      expect(estimated.estimate).toMatchObject({ documents: 5, requests: 0, reused: 5, batches: 0 });
      expect(await ledgerOf(bundle)).toEqual(billed);
      expect(billed).toMatchObject({ requests: 5, files: [] });
      expect(second).toMatchObject({
        state: 'finished',
        totals: { documents: { succeeded: 5, failed: 0 }, requests: 5, batches: 0, cost: { nanoUsd: 0 } },
      });
      expect(await writtenTo('second')).toEqual(await writtenTo('first'));
      const [batch] = await batchesOf('r2');
      expect(batch).toMatchObject({
        state: 'ingested',
        file: null,
        provider: null,
        reason: 'nothing-to-send',
        requests: 0,
      });
      expect(batch?.spending ?? null).toBeNull();
      const archive = await Array.fromAsync(readArchive(bundle.engine.blobs, batch?.ingestion.archive ?? ''));
      expect(archive.flatMap(({ answers }) => answers)).toHaveLength(5);
      const [first, saved] = [await savingsOf('r1'), await savingsOf('r2')];
      expect(saved).toMatchObject({
        reused: first.synchronousPrice,
        synchronousPrice: 0,
        counts: { reusedAnswers: 5 },
      });
      expect(savedOf(saved)).toBe(withoutBatchmill(first));
      const report = await reportRun(bundle.engine, second);
      expect(report).toMatchObject({
        requests: 5,
        progress: { answered: 5 },
        savings: { savedUsd: expect.any(Number) },
      });
    },
  );

  it('M2: the same request twice in a batch is sent once, and the others take its answer, also when another is answered before', async () => {
    await opened();
    await insert('old', ['known']);
    await run('r1');
    await insert('n', ['same', 'known', 'same', 'other', 'same', 'other']);

    const second = await run('r2');

    const [batch] = await batchesOf('r2');
    expect(batch).toMatchObject({ documents: 6, requests: 2, reuse: { answers: 1, copies: 3 } });
    expect(second).toMatchObject({ totals: { documents: { succeeded: 6 }, requests: 6, batches: 1 } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3, files: [] });
    const written = (await writtenTo('n')).map(String);
    expect(new Set(written).size).toBe(3);
    expect([written[2], written[4], written[5]]).toEqual([written[0], written[0], written[3]]);
    expect([written[1]]).toEqual((await writtenTo('old')).map(String));
    expect(await savingsOf('r2')).toMatchObject({ counts: { requests: 2, reusedAnswers: 4 } });
    expect(await bundle.engine.store.collection('reusable_answers').count({ pipeline: 'notes' })).toBe(3);
    const archive = await Array.fromAsync(readArchive(bundle.engine.blobs, batch?.ingestion.archive ?? ''));
    expect(archive.map(({ documentId }) => documentId)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4', 'n5']);
  });

  it('M4: a batch with more copies than requests is made smaller until a spending limit has room', async () => {
    await opened();
    const asked = texts(20);
    await insert('n', [...asked, ...asked, ...asked]);

    const ended = await run('r', { maxUsd: 0.0005 });

    const ledger = await ledgerOf(bundle);
    const { length: batches } = await batchesOf('r');
    expect(ended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 60 } } });
    expect(ledger).toMatchObject({ requests: 20 });
    expect(ledger.nanoUsd).toBeLessThanOrEqual(500_000);
    expect(batches).toBeGreaterThan(2);
    expect(batches).toBeLessThan(60);
  });

  it('M6: requests that a deadline sends synchronously are bought once, too', async () => {
    await opened({ simulator: { turnaround: { kind: 'fixed', seconds: 36_000 } } });
    await insert('n', ['same', 'other', 'same']);

    await run('r', { deadline: '2m' });

    expect(await ledgerOf(bundle)).toMatchObject({ requests: 2, synchronous: { requests: 2 }, batches: [] });
    const written = (await writtenTo('n')).map(String);
    expect(written[2]).toBe(written[0]);
    expect(await savingsOf('r')).toMatchObject({ counts: { requests: 2, reusedAnswers: 1 } });
  });

  it('M2: a request that failed fails with those that would have taken its answer, each is asked again, and only the first is billed', async () => {
    await opened();
    await insert('n', ['same', 'other', 'same']);
    await injectFaults(bundle, { on: 'line', what: 'status', value: 500, match: 'n_n0', times: 1 });

    const done = await run('r');

    expect(done).toMatchObject({ totals: { documents: { succeeded: 3, failed: 0 } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 2 });
    expect((await batchesOf('r')).map(({ requests, reuse }) => [requests, reuse?.copies])).toEqual([
      [2, 1],
      [1, 1],
    ]);
  });

  it('M2: a disk that is full while answers are copied delays a run, and nothing is lost or bought twice', async () => {
    const disk = new FullDisk();
    disk.isFull = false;
    await opened({
      ports: ({ blobs }) => ({ blobs: new BlobsOnDisk(blobs, disk, ['.reused.jsonl']) }),
      settings: { sliceLines: 1 },
    });
    await insert('old', ['known', 'old']);
    await run('r1');
    await insert('n', ['same', 'known', 'same', 'old', 'same']);
    disk.isFull = true;
    const ending = run('r2');
    await eventually('some refusals', () => Promise.resolve(disk.refusals > 2));
    disk.isFull = false;
    await eventually('the batch', async () => (await batchesOf('r2')).length === 1);

    const second = await ending;

    expect(second.totals).toMatchObject({ documents: { succeeded: 5, failed: 0 }, requests: 5 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3, files: [] });
    expect((await writtenTo('n')).map((written) => (written as unknown[]).length)).toEqual([1, 1, 1, 1, 1]);
  });

  it('M2: of a batch that the provider refuses for one line, that line’s request fails with those that share it', async () => {
    await opened();
    await insert('old', ['known']);
    await run('r1');
    await insert('n', ['known', 'good', 'bad', 'bad', 'good']);
    await injectFaults(bundle, { on: 'input-line', what: 'named', match: 'n_n2' });

    const second = await run('r2');

    expect(second.totals).toMatchObject({ documents: { succeeded: 3, failed: 2 } });
    expect((await writtenTo('n')).map((written) => written !== undefined)).toEqual([true, true, false, false, true]);
  });

  it('M2: answers that were invalid or could not be used are not kept', async () => {
    const responseFormat = {
      type: 'object',
      properties: { n: { type: 'number' } },
      required: ['n'],
      additionalProperties: false,
    };
    const broken = pipelineOf(
      {
        process: () => {
          throw new Error('a mistake');
        },
      },
      { name: 'broken' },
    );
    await opened({ pipelines: [pipelineOf({ responseFormat }), broken] });
    await insert('n', ['one']);
    await injectFaults(bundle, { on: 'line', what: 'half-answer' });
    const invalid = await run('r1');
    await documents().deleteMany({});
    await insert('m', ['one']);
    await injectFaults(bundle);

    const unusable = await run('r2', { pipeline: 'broken' });

    expect([invalid.totals?.documents.failed, unusable.totals?.documents.failed]).toEqual([1, 1]);
    expect(await keptAnswers()).toBe(0);
  });

  it('M2: an answer that is taken and cannot be used is kept to be reprocessed, and a redo asks again', async () => {
    let isBroken = false;
    const process = (): string => {
      if (isBroken) throw new Error('a mistake');
      return 'processed';
    };
    await opened({ pipelines: [pipelineOf({ process })] });
    await insert('a', ['one', 'two']);
    await run('r1');
    await insert('b', ['one', 'two', 'new', 'new']);
    isBroken = true;
    const failed = await run('r2');
    expect(await savingsOf('r2')).toMatchObject({ reused: 0, counts: { reusedAnswers: 0 } });
    isBroken = false;
    const { requests } = await reprocess(bundle, 'r2.c1.b1');
    const billed = (await ledgerOf(bundle)).requests;

    await run('r3', { redo: 'all', limit: 1 });

    expect(failed.totals).toMatchObject({ documents: { failed: 4 }, requests: 4 });
    expect(requests).toBe(4);
    expect(await writtenTo('b')).toEqual([['processed'], ['processed'], ['processed'], ['processed']]);
    expect(await savingsOf('r2')).toMatchObject({ counts: { requests: 1, reprocessedAnswers: 1, reusedAnswers: 0 } });
    expect([billed, (await ledgerOf(bundle)).requests]).toEqual([3, 4]);
  });

  it('M2: a document that is pending again with the same text takes its answer, and with another text is asked', async () => {
    await opened();
    await insert('a', ['one', 'two']);
    await run('r1');
    await documents().updateMany({}, { $set: { ai_status: 'pending' } });
    await documents().updateOne({ _id: 'a1' }, { $set: { text: 'changed' } });

    const again = await run('r2');

    expect(again.totals).toMatchObject({ documents: { succeeded: 2 } });
    expect((await ledgerOf(bundle)).requests).toBe(3);
    const [unchanged, changed] = (await writtenTo('a')) as string[][];
    expect(unchanged?.[1]).toBe(unchanged?.[0]);
    expect(changed?.[1]).not.toBe(changed?.[0]);
  });

  it('M2: a large run of which everything is kept waits for no trial and needs no room in a limit', async () => {
    const small = { ...pipelineOf(), batch: { batchSize: 4 } };
    await opened({ pipelines: [small], settings: { trialDocuments: 2 } });
    await insert('a', texts(3));
    await run('r1');
    await insert(
      'b',
      Array.from({ length: 12 }, (_, index) => texts(3)[index % 3] ?? ''),
    );

    const again = await run('r2', { maxUsd: 0.000_000_001 });

    expect(again).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 12 }, requests: 12 } });
    expect((await ledgerOf(bundle)).requests).toBe(3);
  });

  it('M2: an expired answer is not taken, and a sweep deletes it', async () => {
    await opened({ settings: { reuseMs: 5 * day, sweepMs: 50 } });
    await insert('a', ['one']);
    await run('r1');
    bundle.clock.advance(5 * day);
    await eventually('the sweep', async () => (await keptAnswers()) === 0);
    await insert('b', ['one']);

    await run('r2');

    expect((await ledgerOf(bundle)).requests).toBe(2);
  });

  it('M2: an answer that is older than the function allows is bought again, and the newer one counts from then on', async () => {
    await opened({ pipelines: [pipelineOf({ temperature: 0.7, reuse: { within: '2d' } })] });
    for (const prefix of ['a', 'b', 'c']) {
      await insert(prefix, ['one']);
      await run(prefix);
      if (prefix === 'a') bundle.clock.advance(3 * day);
    }

    expect((await ledgerOf(bundle)).requests).toBe(2);
    expect(await keptAnswers()).toBe(1);
    expect(await writtenTo('c')).toEqual(await writtenTo('b'));
  });

  it('M2: another parameter is another request, and without a temperature of 0 nothing is kept unless the function says so', async () => {
    const other = pipelineOf({ maxTokens: 501 }, { name: 'other' });
    const warm = pipelineOf({ temperature: 0.1 }, { name: 'warm' });
    const never = pipelineOf({ reuse: false }, { name: 'never' });
    await opened({ pipelines: [pipelineOf(), other, warm, never] });
    const kept: number[] = [];
    for (const pipeline of ['notes', 'other', 'warm', 'never', 'notes']) {
      await documents().deleteMany({});
      await insert('a', ['one']);
      await run(`${pipeline}${kept.length}`, { pipeline });
      kept.push(await keptAnswers());
    }

    expect((await ledgerOf(bundle)).requests).toBe(4);
    expect(kept).toEqual([1, 2, 2, 2, 2]);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { topicOf, type FieldsOf } from '@batchmill/contracts';
import { RunFinished, RunRejected, RunRequested } from '@batchmill/contracts/events';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { deadLettersOf, rejectionOf, published, typeByHand } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { DuplicatingBus } from './duplicating-bus.js';
import { requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf } from './simulated-provider.js';

describe('a run request that cannot be carried out', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(options: Partial<Parameters<typeof TestEngine.open>[0]> = {}): Promise<TestEngine> {
    bundle = await TestEngine.open({ pipelines: [notes], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(3));
    await bundle.start(stages);
    return bundle;
  }

  it.each<[string, Omit<FieldsOf<RunRequested>, 'runId'>, RegExp]>([
    ['pipeline', { pipeline: 'nots' }, /no pipeline "nots", expected one of notes; did you mean notes\?/],
    ['function', { pipeline: 'notes', functions: ['sumary'] }, /function "sumary".*Did you mean "summary"\?/],
    ['item of a function', { pipeline: 'notes', functions: ['qa_7'] }, /function "qa_7", expected one of .*qa_0, qa_1/],
    ['parameter', { pipeline: 'notes', parameters: { topic: ['mills'] } }, /"topic".*Did you mean "topics"\?/],
    [
      'value of a parameter',
      { pipeline: 'notes', parameters: { topics: [7] } },
      /parameter topics is .*a list of texts/,
    ],
  ])('an unknown %s is a rejected run whose reason lists the valid names', async (_, request, reason) => {
    await opened();

    const run = await runToTheEnd(bundle, { runId: 'bad', endpoint: 'inference', ...request });

    expect(run).toMatchObject({ state: 'rejected', reason: expect.stringMatching(reason) });
    expect(await rejectionOf(bundle, 'bad')).toMatchObject({ reason: run.reason });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [], files: [] });
  });

  it('an endpoint that the pipeline does not offer is a rejected run', async () => {
    const { inference, ...rest } = notes;
    await opened({ pipelines: [rest] });

    const run = await runToTheEnd(bundle, { runId: 'bad', pipeline: 'notes', endpoint: 'inference' });

    expect(inference).toBeDefined();
    expect(run).toMatchObject({ state: 'rejected', reason: expect.stringMatching(/does not offer.*embeddings/) });
  });

  it.each([
    ['is no JSON', 'run the notes please', /not a JSON object/],
    ['is a list', '[{"pipeline":"notes"}]', /not a JSON object/],
    ['is empty', '', /not a JSON object/],
    ['names neither a pipeline nor a run', '{"endpoint":"embeddings"}', /pipeline/],
  ])('a request that %s is a dead letter and no run, and the next request runs', async (_, text, reason) => {
    await opened();

    await typeByHand(bundle, text);
    const [letter] = await eventually('the dead letter', async () => {
      const letters = await deadLettersOf(bundle, RunRequested);
      return letters.length > 0 && letters;
    });
    await runToTheEnd(bundle, { runId: 'next', pipeline: 'notes', endpoint: 'embeddings' });

    expect(letter?.headers['dlt_cause']).toMatch(reason);
    expect((await Array.fromAsync(bundle.engine.runs.latest(9))).map(({ _id }) => _id)).toEqual(['next']);
  });

  it.each([
    ['names an unknown endpoint', '{"pipeline":"notes","endpoint":"embedding"}', /endpoint.*embeddings/],
    ['has a limit in words', '{"pipeline":"notes","limit":"ten"}', /limit/],
    ['has a limit of 0', '{"pipeline":"notes","limit":0}', /limit/],
    ['has an empty list of functions', '{"pipeline":"notes","functions":[]}', /functions/],
    ['has documents that are no ids', '{"pipeline":"notes","documents":[null,{"$oid":"x"},true]}', /documents/],
    ['has an id that cannot be a run’s', '{"pipeline":"notes","runId":"../../etc"}', /runId/],
  ])('a request that %s is a dead letter and a rejected run, and the next request runs', async (_, text, reason) => {
    await opened();

    await typeByHand(bundle, text);
    const rejected = await rejectionOf(bundle);
    const next = await runToTheEnd(bundle, { runId: 'next', pipeline: 'notes', endpoint: 'embeddings' });

    expect(rejected.reason).toMatch(reason);
    expect(await bundle.engine.runs.get(rejected.runId)).toMatchObject({ state: 'rejected', reason: rejected.reason });
    const [letter, ...others] = await deadLettersOf(bundle, RunRequested);
    expect(others).toEqual([]);
    expect(String(letter?.value)).toBe(`${text}\n`);
    expect(letter?.headers).toMatchObject({
      dlt_topic: topicOf(RunRequested),
      dlt_group: 'batchmill.chunk-scanner',
      dlt_cause: rejected.reason,
    });
    expect(next.totals?.documents.succeeded).toBe(3);
  });

  it('S4: a request typed by hand starts a run, and a second one starts another run', async () => {
    await opened();

    await typeByHand(bundle, '{"pipeline":"notes","endpoint":"embeddings"}');
    await eventually('the end of the first', async () => (await published(bundle, RunFinished)).length === 1);
    await typeByHand(bundle, ' {"pipeline": "notes", "endpoint": "embeddings"} \r');
    await eventually('the end of both', async () => (await published(bundle, RunFinished)).length === 2);

    const [first, second] = await published<RunFinished>(bundle, RunFinished);
    expect(first).toMatchObject({ outcome: 'finished', total: 3, succeeded: 3 });
    expect(second).toMatchObject({ outcome: 'finished', total: 0 });
    expect(second?.runId).not.toBe(first?.runId);
  });

  it('interleaving 21: a redelivered request without an id starts one run', async () => {
    await opened({ ports: ({ bus }) => ({ bus: new DuplicatingBus(bus) }) });

    await typeByHand(bundle, '{"pipeline":"notes","endpoint":"embeddings"}');
    await eventually('the end', async () => (await published(bundle, RunFinished)).length === 1);
    const next = await runToTheEnd(bundle, { runId: 'next', pipeline: 'notes', endpoint: 'embeddings' });

    expect(next.totals?.documents.succeeded).toBe(0);
    expect(await storedRecords(bundle.engine.store).runs.count({})).toBe(2);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 });
  });

  it('a second request with the same run id changes nothing', async () => {
    await opened();
    const first = await runToTheEnd(bundle, { runId: 'same', pipeline: 'notes', endpoint: 'embeddings' });

    await requestRun(bundle, { runId: 'same', pipeline: 'notes', endpoint: 'inference' });
    await runToTheEnd(bundle, { runId: 'after', pipeline: 'notes', endpoint: 'embeddings' });

    expect(await bundle.engine.runs.get('same')).toMatchObject({ state: 'finished', totals: first.totals });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 });
  });

  it('vectors of another dimension than the collection’s reject the run before anything is paid', async () => {
    await opened();
    await bundle.engine.vectors.ensureCollection({
      ...{ name: 'notes', dimensions: 16, fields: ['block_mongo_id', 'block_doc_id'] },
    });

    const run = await runToTheEnd(bundle, { runId: 'bad', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({
      state: 'rejected',
      reason: expect.stringMatching(/notes: found 16 dimensions, expected 8/),
    });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [], files: [] });
    expect(await bundle.engine.documentStore.collection('notes').count({ embedding_status: { $exists: true } })).toBe(
      0,
    );
  });

  it('a refused key rejects the run before anything is paid, and appears in no log line and no event', async () => {
    await opened({ apiKey: 'sk-refused-1234567890' });

    const run = await runToTheEnd(bundle, { runId: 'bad', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({
      state: 'rejected',
      reason: expect.stringMatching(/refuses the key with 401.*OPENAI_API_KEY/),
    });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [], files: [] });
    expect(JSON.stringify([bundle.log.lines, await published(bundle, RunRejected)])).not.toContain('1234567890');
  });

  it('a server without the Batch API rejects the run before anything is paid, and is not reported as a refused key', async () => {
    await opened();
    await injectFaults(bundle, { on: 'batches.list', what: 'status', value: 404 });

    const run = await runToTheEnd(bundle, { runId: 'bad', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'rejected', reason: expect.stringMatching(/with 404.*OPENAI_BASE_URL/) });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [], files: [] });
  });

  it('E1: ids of documents may be given as text, whatever their type is in the store', async () => {
    const { ObjectId } = await import('bson');
    await opened();
    const objectId = new ObjectId();
    const odd = [{ _id: objectId }, { _id: 42 }, { _id: '42' }, { _id: 'not requested' }];
    const texts = odd.map((id, index) => ({ ...id, note: 'odd', topic: 'mills', text: `Odd note ${index}` }));
    await bundle.engine.documentStore.collection('notes').insertMany(texts);
    const documents = [objectId.toString().toUpperCase(), '42', 'n00001', 'n00001', 'an unknown id', 4711];

    const run = await runToTheEnd(bundle, { runId: 'some', pipeline: 'notes', endpoint: 'embeddings', documents });

    expect(run.totals?.documents.succeeded).toBe(4);
    const done = bundle.engine.documentStore.collection('notes').find({ embedding_status: 'completed' });
    const ids = await Array.fromAsync(done, ({ _id }) => String(_id));
    expect(ids.sort()).toEqual(['42', '42', objectId.toString(), 'n00001'].sort());
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { envelopeOf, headersOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { definePipeline } from '@batchmill/pipeline';
import { endedRunStates, vectorKey } from '@batchmill/records';
import { TestEngine, eventually } from '@batchmill/testing';
import { verificationText } from './verification-text.js';
import { verifyVectors, type Verification } from './verify-vectors.js';

const letters = definePipeline({
  name: 'letters',
  source: { collection: 'letters', queryTemplate: { kind: 'letter' }, parentIdField: 'box' },
  embeddings: { dimensions: 8, text: 'Letter: {{ text }}', vectors: { collection: 'letters' } },
});
const postcards = definePipeline({
  ...letters,
  name: 'postcards',
  source: { ...letters.source, collection: 'postcards', queryTemplate: {} },
});

const long = 'x'.repeat(300);
const embeddingsPath = 'embedding_processing_info.functions.embeddings.embedded';

describe('batchmill verify', () => {
  let bundle: TestEngine;
  let runs = 0;

  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [letters, postcards] });
    await documents().insertMany(
      ['a', 'b', 'c', 'd', 'e', long].map((_id) => ({ _id, kind: 'letter', box: '1', text: `text of ${_id}` })),
    );
    await bundle.start(stages);
    await run('letters');
  });
  afterEach(() => bundle.close());

  const documents = () => bundle.engine.documentStore.collection('letters');
  const change = (_id: string, fields: object) => documents().updateOne({ _id }, { $set: { ...fields } });
  const verify = (options = {}): Promise<Verification> =>
    verifyVectors(bundle.engine, 'letters', { requests: false, prunes: false, ...options });
  const found = ({ differences }: Verification) =>
    differences.map(({ kind, document }) => `${kind} ${document}`).sort();

  /** Resolves with how many requests it made. */
  async function run(pipeline: string, redo?: 'stale'): Promise<number | undefined> {
    const { engine } = bundle;
    const runId = `r${(runs += 1)}`;
    const envelope = envelopeOf(new RunRequested({ runId, pipeline, ...(redo !== undefined && { redo }) }), {
      ...{ id: engine.ids.next(), at: engine.clock.now(), traceparent: null },
    });
    await engine.bus.publish([
      {
        topic: envelope.topic,
        key: envelope.key,
        value: envelope.data,
        headers: headersOf(envelope, '/batchmill/test'),
      },
    ]);
    const ended = await eventually(`the end of ${runId}`, async () => {
      const one = await engine.runs.get(runId);
      return one !== null && endedRunStates.includes(one.state) && one;
    });
    return ended.totals?.requests;
  }

  /** One difference of each kind, and an orphan whose key does not hold its id. */
  async function spoil(): Promise<void> {
    await bundle.engine.vectors.delete('letters', [vectorKey('a')]);
    await change('b', { text: 'other words' });
    await change('c', { [`${embeddingsPath}.model`]: 'another-model' });
    const fields = { block_mongo_id: 'c', block_doc_id: '1' };
    const optional = { text_hash: 'h', model: 'another-model' };
    await bundle.engine.vectors.upsert('letters', [
      { key: vectorKey('c'), fields, optional, vector: new Float32Array(8).fill(1) },
    ]);
    await documents().deleteMany({ _id: { $in: ['d', long] } });
    await change('e', { kind: 'bill' });
  }
  const spoiled = [...['missing a', 'orphaned d', 'orphaned e', `orphaned ${long}`], ...['other-model c', 'stale b']];

  it('E4: finds nothing after a run', async () => {
    expect(await verify()).toMatchObject({ documents: 6, completed: 6, vectors: 6, differences: [], ofUnknownText: 0 });
    expect(verificationText(await verify(), 100)).toContain('no differences');
  });

  it('E4: finds what is missing, stale, of another model and orphaned, and changes nothing', async () => {
    await spoil();

    const first = await verify();

    expect(found(first)).toEqual(spoiled);
    expect(first.counts).toEqual({ missing: 1, stale: 1, 'other-model': 1, 'other-fields': 0, orphaned: 3 });
    expect(found(await verify())).toEqual(spoiled);
    expect(verificationText(first, 60)).toMatch(
      /1 missing, 1 stale, 1 other-model, 3 orphaned\nbatchmill verify letters --fix/,
    );
  });

  it('E4: prunes orphans alone', async () => {
    await spoil();

    expect((await verify({ prunes: true })).mended).toEqual({ pending: 0, updated: 0, deleted: 3 });
    expect(found(await verify())).toEqual(['missing a', 'other-model c', 'stale b']);
    expect(await bundle.engine.vectors.count('letters')).toBe(2);
  });

  it('E4: fixes all: the next run embeds what was missing or stale, nothing else is bought, and nothing differs', async () => {
    await spoil();

    const fixed = await verify({ requests: true, prunes: true });

    expect(fixed.mended).toEqual({ pending: 3, updated: 0, deleted: 3 });
    expect(verificationText(fixed, 200)).toContain('batchmill run letters --endpoint embeddings');
    expect(await run('letters')).toBe(3);
    expect(await verify()).toMatchObject({ documents: 3, completed: 3, vectors: 3, differences: [] });
  });

  it('E4: a document that has lost its text has an orphaned vector', async () => {
    await change('a', { text: null });

    expect(found(await verify({ prunes: true }))).toEqual(['orphaned a']);
    expect(await verify()).toMatchObject({ vectors: 5, differences: [] });
  });

  it('E4: so has one that failed when it was to be embedded again', async () => {
    await change('a', { text: null });
    await run('letters', 'stale');

    expect(found(await verify({ prunes: true }))).toEqual(['orphaned a']);
    expect(await verify()).toMatchObject({ completed: 5, vectors: 5, differences: [] });
  });

  it('E4: vectors of other pipelines and of other programs in the same collection are left alone', async () => {
    await bundle.engine.documentStore.collection('postcards').insertMany([{ _id: 'p', box: '1', text: 'a postcard' }]);
    await run('postcards');
    const row = { fields: { block_mongo_id: 'x', block_doc_id: 'y' }, optional: { text_hash: 'h', model: 'm' } };
    await bundle.engine.vectors.upsert('letters', [{ key: 'not an id', ...row, vector: new Float32Array(8).fill(1) }]);

    expect(await verify({ prunes: true })).toMatchObject({ vectors: 8, differences: [] });
  });

  it('E4: vectors that an earlier version made are there, and it is not known of which text', async () => {
    await documents().updateMany({}, { $unset: { [embeddingsPath]: '' } });
    const row = (await bundle.engine.vectors.find('letters', [vectorKey('a')])).get(vectorKey('a'));
    const fields = { block_mongo_id: 'a', block_doc_id: '1' };
    const optional = { ...row?.fields, text_hash: 'unknown' };
    await bundle.engine.vectors.upsert('letters', [
      { key: vectorKey('a'), fields, optional, vector: new Float32Array(8).fill(1) },
    ]);

    expect(await verify()).toMatchObject({ ofUnknownText: 1, differences: [] });
  });
});

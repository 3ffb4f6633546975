import { ResultsIngested } from '@batchmill/contracts/events';
import { decodeId } from '@batchmill/documents';
import { writeArchive, type ArchivedDocument } from '@batchmill/records';
import { TestEngine } from '@batchmill/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import own from '../pipelines/story-groups/story-groups.pipeline.ts';
import { EntityLinker } from './entity-linker.js';
import { readLinkerSettings } from './linker-settings.js';

const folder = join(import.meta.dirname, '../pipelines/story-groups');
const files = Object.fromEntries(
  ['topics.md', 'entities.md', 'stories.liquid'].map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
);
const objectId = decodeId('{"$oid":"65a1b2c3d4e5f60718293a4b"}');
const entities = [
  { _id: 'e1', name: 'Apple Inc.', aliases: ['AAPL'] },
  { _id: 'e2', name: 'Siemens AG' },
];

describe('a story group of several documents', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [own], files });
    await collectionOf('entities').insertMany(entities);
    const run = bundle.engine.runs.new('run', { pipeline: 'story-groups' }, null);
    await bundle.collect(only(bundle.engine.runs.insert(run)));
  });
  afterEach(() => bundle.close());

  it('I4: two documents in one batch make one row, with the topics and entities of both, each once', async () => {
    await load({ _id: 1, story_group_id: 17 }, { _id: 2, story_group_id: 17 });

    await handle(
      await batch('b1', [
        answered(1, '17', { topics: [topic('Earnings', 0.6)], entities: ['AAPL', 'Nobody Knows'] }),
        answered(2, '17', {
          topics: [topic('Trains', 0.7), topic('earnings', 0.9)],
          entities: ['Apple Inc', 'Siemens', 'Nobody Knows'],
        }),
      ]),
    );

    const [topics, ...otherTopics] = await rowsIn('story_topics');
    const [linked, ...otherLinked] = await rowsIn('story_entities');
    expect([...otherTopics, ...otherLinked]).toEqual([]);
    expect(topics).toMatchObject({
      ...{ _id: 17, story_group_id: 17, batch_id: 'b1', run_id: 'run' },
      topics: [topic('earnings', 0.9), topic('Trains', 0.7)],
      documents: [
        { document_id: 1, batch_id: 'b1', topics: [topic('Earnings', 0.6)] },
        { document_id: 2, batch_id: 'b1', topics: [topic('earnings', 0.9), topic('Trains', 0.7)] },
      ],
    });
    expect(linked).toMatchObject({
      ...{ _id: 17, story_group_id: 17 },
      entities: [
        { entity_id: 'e1', mentions: ['AAPL', 'Apple Inc'] },
        { entity_id: 'e2', mentions: ['Siemens'] },
      ],
      unresolved: [{ mention: 'Nobody Knows' }],
    });
  });

  it('I4: batches in any order, one after the other or at the same time, leave the same row', async () => {
    const ids = Array.from({ length: 6 }, (_, index) => index + 1);
    await load(...ids.map((_id) => ({ _id, story_group_id: 'g1' })));
    const batches = await Promise.all(
      ids.map((id) => batch(`b${id}`, [answered(id, 'g1', { topics: [topic(`t${id}`, 0.5)], entities: [`n${id}`] })])),
    );

    for (const one of batches) await handle(one);
    const inOrder = await rowsWithoutRevisions();
    await emptyRows();
    for (const one of batches.toReversed()) await handle(one);
    const reversed = await rowsWithoutRevisions();
    await emptyRows();
    await Promise.all(batches.map(handle));

    expect(inOrder).toMatchObject([
      { _id: 'g1', batch_id: 'b6', topics: ids.map((id) => topic(`t${id}`, 0.5)) },
      { _id: 'g1', batch_id: 'b6', unresolved: ids.map((id) => ({ mention: `n${id}` })) },
    ]);
    expect(reversed).toEqual(inOrder);
    expect(await rowsWithoutRevisions()).toEqual(inOrder);
  });

  it('I4: a replay changes nothing, not even the revision', async () => {
    await load({ _id: 1, story_group_id: 'g1' }, { _id: 2, story_group_id: 'g1' });
    const content = { topics: [topic('a', 0.5)], entities: ['AAPL'] };
    const batches = [await batch('b1', [answered(1, 'g1', content)]), await batch('b2', [answered(2, 'g1', content)])];
    for (const one of batches) await handle(one);
    const before = await rows();

    for (const one of [...batches, ...batches.toReversed()]) await handle(one);

    expect(await rows()).toEqual(before);
    expect(before.map(({ revision }) => revision)).toEqual([2, 2]);
  });

  it('I4: a later answer for a document replaces only its part, and an earlier one replaces nothing', async () => {
    await load({ _id: 1, story_group_id: 'g1' }, { _id: 2, story_group_id: 'g1' });
    const first = await batch('b1', [
      answered(1, 'g1', { topics: [topic('old', 0.9)], entities: ['AAPL'] }),
      answered(2, 'g1', { topics: [topic('stays', 0.5)], entities: ['Siemens'] }),
    ]);
    const later = await batch('b2', [answered(1, 'g1', { topics: [topic('new', 0.4)] }, 2)]);

    await handle(first);
    const before = await rowsIn('story_entities');
    await handle(later);
    await handle(first);

    expect(await rowsIn('story_topics')).toMatchObject([
      {
        ...{ topics: [topic('stays', 0.5), topic('new', 0.4)], batch_id: 'b2' },
        documents: [
          { document_id: 1, batch_id: 'b2' },
          { document_id: 2, batch_id: 'b1' },
        ],
      },
    ]);
    expect(await rowsIn('story_entities')).toEqual(before);
  });

  it('I4: ids keep their types, so that rows and documents can be joined', async () => {
    const groups = [17, '17', objectId, '65a1b2c3d4e5f60718293a4b'];
    await load(...groups.map((story_group_id, _id) => ({ _id, story_group_id })), { _id: 'alone' });

    await handle(
      await batch('b1', [
        ...groups.map((id, index) => answered(index, String(id), { topics: [topic(`t${index}`, 0.5)] })),
        answered('alone', '', { topics: [topic('alone', 0.5)] }),
      ]),
    );

    expect(await collectionOf('story_topics').count({})).toBe(5);
    for (const [index, id] of [...groups, 'alone'].entries()) {
      const row = await collectionOf('story_topics').findOne({ story_group_id: id });
      expect(row).toMatchObject({ _id: id, topics: [topic(id === 'alone' ? 'alone' : `t${index}`, 0.5)] });
    }
  });

  it('I4: a deleted document stays in its row, and without a row it gets one under its group’s id as text', async () => {
    await load({ _id: 1, story_group_id: 17 }, { _id: 2, story_group_id: 17 });
    const first = await batch('b1', [answered(1, '17', { topics: [topic('a', 0.5)] })]);
    const second = await batch('b2', [answered(2, '17', { topics: [topic('b', 0.5)] })]);
    await handle(first);

    await collectionOf('story_groups').deleteMany({});
    await handle(first);
    await handle(second);

    const rowsFound = (await rowsIn('story_topics')).map(({ _id, topics }) => ({ _id, topics }));
    expect(rowsFound).toEqual([
      { _id: 17, topics: [topic('a', 0.5)] },
      { _id: '17', topics: [topic('b', 0.5)] },
    ]);
  });

  async function load(...documents: { _id: unknown; story_group_id?: unknown }[]): Promise<void> {
    await collectionOf('story_groups').insertMany(documents);
  }

  async function batch(batchId: string, documents: readonly ArchivedDocument[]): Promise<ResultsIngested> {
    const archive = await writeArchive(bundle.engine.blobs, each(documents));
    const counts = { documents: 1, requests: 1, succeeded: 1, failed: 0, retried: 0 };
    const usage = { inputTokens: 1, outputTokens: 1, usd: 0 };
    return new ResultsIngested({ runId: 'run', batchId, claimId: 'any', error: null, archive, ...counts, ...usage });
  }

  /** Each event is handled by another replica. */
  async function handle(event: ResultsIngested): Promise<void> {
    const { runs, documents, blobs, pipelines, clock, engineSettings } = bundle.engine;
    const replica = new EntityLinker(
      runs,
      documents,
      blobs,
      pipelines,
      clock,
      readLinkerSettings(engineSettings.rawSetting),
    );
    await bundle.collect(replica.resultsIngested(event));
  }

  function collectionOf(name: string): ReturnType<typeof bundle.engine.documentStore.collection> {
    return bundle.engine.documentStore.collection(name);
  }

  async function rowsIn(name: string): Promise<Record<string, unknown>[]> {
    return Array.fromAsync(collectionOf(name).find({}, { sort: { _id: 1 } }));
  }

  async function rows(): Promise<Record<string, unknown>[]> {
    return [...(await rowsIn('story_topics')), ...(await rowsIn('story_entities'))];
  }

  /** The revision depends on the concurrent writes. */
  async function rowsWithoutRevisions(): Promise<Record<string, unknown>[]> {
    return (await rows()).map((row) => ({ ...row, revision: null }));
  }

  async function emptyRows(): Promise<void> {
    for (const name of ['story_topics', 'story_entities']) await collectionOf(name).deleteMany({});
  }
});

interface Answered {
  readonly topics?: readonly ReturnType<typeof topic>[];
  readonly entities?: readonly string[];
}

/** One line of an archive. `second` is when it was archived. */
function answered(documentId: unknown, parentId: string, content: Answered, second = 1): ArchivedDocument {
  const contents = {
    ...(content.topics !== undefined && { topics: { topics: content.topics } }),
    ...(content.entities !== undefined && {
      entities: { entities: content.entities.map((name) => ({ name, type: 'organization' })) },
    }),
  };
  const answers = Object.entries(contents).map(([name, answer]) => ({
    ...{ function: name, customId: `${name}_${String(documentId)}`, content: answer, body: {} },
  }));
  const at = new Date(second * 1000);
  return { documentId, chunkId: String(documentId), parentId, at, answers, unanswered: [] };
}

function topic(name: string, relevance: number): { readonly name: string; readonly relevance: number } {
  return { name, relevance };
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

async function* only<T>(item: T): AsyncGenerator<T, void, undefined> {
  yield item;
}

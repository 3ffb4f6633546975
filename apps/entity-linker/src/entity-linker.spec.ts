import { stages } from '@batchmill/all-in-one';
import { ResultsIngested } from '@batchmill/contracts/events';
import { definePipeline } from '@batchmill/pipeline';
import { endedRunStates, type Run } from '@batchmill/records';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import own from '../pipelines/story-groups/story-groups.pipeline.ts';
import { EntityLinker } from './entity-linker.js';
import { EntityLinkerModule } from './entity-linker.module.js';
import { readLinkerSettings } from './linker-settings.js';

const folder = join(import.meta.dirname, '../pipelines/story-groups');
const files = Object.fromEntries(
  ['topics.md', 'entities.md', 'stories.liquid'].map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
);
/** The same pipeline on other documents. */
const other = definePipeline({ ...own, name: 'other', source: { ...own.source, collection: 'other_groups' } });

const entities = [
  { _id: 'e1', name: 'Apple Inc.', aliases: ['AAPL'] },
  { _id: 'e2', name: 'Apple Hospitality REIT, Inc.' },
  { _id: 'e3', name: 'Société Générale S.A.', aliases: ['SocGen'] },
  { _id: 'e4', name: 'Volkswagen AG' },
];

describe('entity-linker', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [own, other], files });
    await collectionOf('entities').insertMany(entities);
  });
  afterEach(() => bundle.close());

  it('I4: topics and entities of story groups are written with the entities of the database', async () => {
    await collectionOf('story_groups').insertMany([
      group('g1', 'APPLE INC'),
      group('g2', 'SocGen'),
      group('g3', 'Volkswagon'),
      group('g4', 'Apple Hospitality'),
      group('g5', 'Nobody Knows'),
    ]);

    await bundle.start([...stages, EntityLinkerModule]);
    const run = await endedRunOf('story-groups');
    await eventually('all rows', async () => (await rowsIn('story_entities')).length === 5);

    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 5 }, requests: 10 },
    });
    const by = { run_id: run._id, batch_id: expect.any(String), answered_at: expect.any(Date) };
    const row = { ...by, revision: 1 };
    expect(await rowsIn('story_topics')).toEqual(
      ['APPLE INC', 'SocGen', 'Volkswagon', 'Apple Hospitality', 'Nobody Knows'].map((name, index) => {
        const id = `g${index + 1}`;
        const topics = [{ name, relevance: expect.any(Number) }];
        return { _id: id, story_group_id: id, ...row, topics, documents: [{ document_id: id, ...by, topics }] };
      }),
    );
    const [g1, g2, g3, g4, g5] = await rowsIn('story_entities');
    const apple = { entity_id: 'e1', name: 'Apple Inc.', mentions: ['APPLE INC'], match: 'exact', score: 1 };
    const linked = { entities: [apple], unresolved: [] };
    const documents = [{ document_id: 'g1', ...by, ...linked }];
    expect(g1).toEqual({ _id: 'g1', story_group_id: 'g1', ...row, ...linked, documents });
    expect(g2).toMatchObject({ entities: [{ entity_id: 'e3', match: 'alias', score: 1 }], unresolved: [] });
    expect(g3).toMatchObject({ entities: [{ entity_id: 'e4', match: 'near', score: 0.9 }], unresolved: [] });
    const candidates = [
      { entity_id: 'e2', name: 'Apple Hospitality REIT, Inc.', score: 0.8 },
      { entity_id: 'e1', name: 'Apple Inc.', score: expect.any(Number) },
    ];
    const hospitality = { mention: 'Apple Hospitality', type: expect.any(String), candidates };
    expect(g4).toMatchObject({ entities: [], unresolved: expect.arrayContaining([hospitality]) });
    const nobody = { mention: 'Nobody Knows', type: expect.any(String), candidates: [] };
    expect(g5).toMatchObject({ entities: [], unresolved: expect.arrayContaining([nobody]) });
  });

  it('I4: a second delivery, and a replay from the start in any order, leave the same rows', async () => {
    await collectionOf('story_groups').insertMany([group('g1', 'Apple Inc'), group('g2', 'SocGen'), group('g3', 'VW')]);
    await bundle.start(stages);
    const first = await runToEnd('first');
    await handle(await ingestedOf(first));
    await collectionOf('story_groups').updateMany({ _id: { $ne: 'g3' } }, { $set: pendingWith('Volkswagen') });
    const second = await runToEnd('second');
    await handle(await ingestedOf(second));
    const before = await allRows();

    await handle(await ingestedOf(second));
    await handle([...(await ingestedOf(second)), ...(await ingestedOf(first))]);
    const after = await allRows();
    await emptyRows();
    await handle([...(await ingestedOf(second)), ...(await ingestedOf(first))]);

    expect(before.entities.map(({ run_id: by }) => by)).toEqual(['second', 'second', 'first']);
    expect(after).toEqual(before);
    expect(withoutRevisions(await allRows())).toEqual(withoutRevisions(before));
  });

  it('I3: a group with one answered function has only that row, and a retry adds the other', async () => {
    await collectionOf('story_groups').insertMany([group('g1', 'Apple Inc'), group('g2', 'SocGen')]);
    await setFaults([{ on: 'line', what: 'bad-json', match: 'entities_g1', times: 1 }]);

    await bundle.start(stages);
    const events = await ingestedOf(await runToEnd('run'));
    await handle(events.slice(0, 1));
    const half = await allRows();
    await handle(events.slice(1));
    const whole = await allRows();

    expect(events).toHaveLength(2);
    expect(idsOf(half)).toEqual({ topics: ['g1', 'g2'], entities: ['g2'] });
    expect(idsOf(whole)).toEqual({ topics: ['g1', 'g2'], entities: ['g1', 'g2'] });
    expect(whole.topics).toEqual(half.topics);
    expect(whole.entities[1]).toEqual(half.entities[0]);
    expect(whole.entities[0]).toMatchObject({ entities: [{ entity_id: 'e1' }], batch_id: events[1]?.batchId });
  });

  it('I3: a group keeps its topics when the model refuses to name its entities', async () => {
    await collectionOf('story_groups').insertMany([group('g1', 'Apple Inc')]);
    await setFaults([{ on: 'line', what: 'refusal', match: 'entities_g1' }]);

    await bundle.start(stages);
    const run = await runToEnd('run');
    await handle(await ingestedOf(run));

    expect(run.totals?.documents).toMatchObject({ succeeded: 0, failed: 1 });
    expect(idsOf(await allRows())).toEqual({ topics: ['g1'], entities: [] });
  });

  it('S7: the results of another pipeline are ignored', async () => {
    await collectionOf('other_groups').insertMany([group('g1', 'Apple Inc')]);
    await bundle.start([...stages, EntityLinkerModule]);

    const run = await runToEnd('of-other', 'other');
    await handle(await ingestedOf(run));

    expect(run.totals?.documents.succeeded).toBe(1);
    expect(idsOf(await allRows())).toEqual({ topics: [], entities: [] });
  });

  it('S7: requests no run while no group is pending, and one run however many replicas poll', async () => {
    const withoutPending = await bundle.collect(consumer().requestRun());
    await collectionOf('story_groups').insertMany([group('g1', 'Apple Inc')]);
    const requested = [
      await bundle.collect(consumer().requestRun()),
      await bundle.collect(consumer().requestRun()),
    ].flat();

    expect(withoutPending).toEqual([]);
    expect(requested).toEqual([expect.objectContaining({ pipeline: 'story-groups', endpoint: 'inference' })]);
    expect(await storedRecords(bundle.engine.store).runs.count({ pipeline: 'story-groups', state: 'requested' })).toBe(
      1,
    );
  });

  function consumer(): EntityLinker {
    const { runs, documents, blobs, pipelines, clock, engineSettings } = bundle.engine;
    return new EntityLinker(runs, documents, blobs, pipelines, clock, readLinkerSettings(engineSettings.rawSetting));
  }

  async function handle(events: readonly ResultsIngested[]): Promise<void> {
    for (const event of events) await bundle.collect(consumer().resultsIngested(event));
  }

  async function runToEnd(id: string, pipeline = 'story-groups'): Promise<Run> {
    const run = bundle.engine.runs.new(id, { pipeline }, null);
    await bundle.collect(only(bundle.engine.runs.insert(run)));
    return endedRunOf(pipeline, id);
  }

  async function endedRunOf(pipeline: string, id?: string): Promise<Run> {
    const ended = { pipeline, state: { $in: endedRunStates }, ...(id !== undefined && { _id: id }) };
    return eventually(`the end of a run of ${pipeline}`, async () => {
      for await (const run of storedRecords(bundle.engine.store).runs.find(ended)) return run;
      return null;
    });
  }

  /** The events of a run's batches, in the order of the batches. */
  async function ingestedOf(run: Run): Promise<ResultsIngested[]> {
    const events: ResultsIngested[] = [];
    for await (const { _id, ingestion } of storedRecords(bundle.engine.store).batches.find(
      { runId: run._id },
      { sort: { createdAt: 1 } },
    )) {
      events.push(ingested(run._id, _id, ingestion.archive ?? null));
    }
    return events;
  }

  async function setFaults(rules: readonly object[]): Promise<void> {
    const body = JSON.stringify(rules);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${bundle.simulator.url}/admin/faults`, { method: 'PUT', headers, body });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  }

  function collectionOf(name: string): ReturnType<typeof bundle.engine.documentStore.collection> {
    return bundle.engine.documentStore.collection(name);
  }

  async function rowsIn(name: string): Promise<Record<string, unknown>[]> {
    return Array.fromAsync(collectionOf(name).find({}, { sort: { _id: 1 } }));
  }

  async function allRows(): Promise<Rows> {
    return { topics: await rowsIn('story_topics'), entities: await rowsIn('story_entities') };
  }

  async function emptyRows(): Promise<void> {
    for (const name of ['story_topics', 'story_entities']) await collectionOf(name).deleteMany({});
  }
});

describe('entity-linker with other settings', () => {
  it('C6: its collections and its threshold are settings, and a wrong one stops the start', async () => {
    const settings: Record<string, string> = {
      ENTITY_LINKER_ENTITIES: 'companies',
      ENTITY_LINKER_STORY_TOPICS: 'themes',
      ENTITY_LINKER_STORY_ENTITIES: 'links',
      ENTITY_LINKER_THRESHOLD: '0',
    };
    const bundle = await TestEngine.open({
      pipelines: [own],
      files,
      settings: { rawSetting: (name) => settings[name] },
    });
    const { documentStore } = bundle.engine;
    await documentStore.collection('companies').insertMany(entities);
    await documentStore.collection('story_groups').insertMany([group('g1', 'Volkswagon')]);

    await bundle.start([...stages, EntityLinkerModule]);
    const row = await eventually('the row', () => documentStore.collection('links').findOne({ _id: 'g1' }));
    settings['ENTITY_LINKER_THRESHOLD'] = 'much';
    const start = bundle.start([EntityLinkerModule]);

    await expect(start).rejects.toThrow('ENTITY_LINKER_THRESHOLD: found "much", expected a number from 0 to 0.5');
    const candidates = [{ entity_id: 'e4', name: 'Volkswagen AG', score: 0.9 }];
    const unresolvedOnly = expect.arrayContaining([{ mention: 'Volkswagon', type: expect.any(String), candidates }]);
    expect(row).toMatchObject({ entities: [], unresolved: unresolvedOnly });
    expect(await documentStore.collection('themes').count({})).toBe(1);
    await bundle.close();
  });
});

interface Rows {
  readonly topics: readonly Record<string, unknown>[];
  readonly entities: readonly Record<string, unknown>[];
}

function idsOf({ topics, entities: linked }: Rows): Record<keyof Rows, unknown[]> {
  return { topics: topics.map(({ _id }) => _id), entities: linked.map(({ _id }) => _id) };
}

/** Rows that were deleted and written again start with revision 1. */
function withoutRevisions({ topics, entities: linked }: Rows): Rows {
  const without = (row: Record<string, unknown>): Record<string, unknown> => ({ ...row, revision: null });
  return { topics: topics.map(without), entities: linked.map(without) };
}

/** A group of one story with one line. The simulated model answers with the lines of its prompt. */
function group(id: string, line: string): Record<string, unknown> & { _id: string } {
  return { _id: id, story_group_id: id, stories: [{ title: line, text: '' }] };
}

function pendingWith(line: string): Record<string, unknown> {
  return { stories: [{ title: line, text: '' }], ai_status: 'pending' };
}

function ingested(runId: string, batchId: string, archive: string | null): ResultsIngested {
  const counts = { documents: 1, requests: 1, succeeded: 1, failed: 0, retried: 0 };
  const usage = { inputTokens: 1, outputTokens: 1, usd: 0 };
  return new ResultsIngested({ runId, batchId, claimId: 'any', error: null, archive, ...counts, ...usage });
}

async function* only<T>(item: T): AsyncGenerator<T, void, undefined> {
  yield item;
}

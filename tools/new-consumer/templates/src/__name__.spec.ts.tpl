import { stages } from '@batchmill/all-in-one';
import { ResultsIngested } from '@batchmill/contracts/events';
import { definePipeline } from '@batchmill/pipeline';
import { endedRunStates, type Run } from '@batchmill/records';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import own from '../pipelines/__name__/__name__.pipeline.ts';
import { __Name__ } from './__name__.js';
import { __Name__Module } from './__name__.module.js';

const folder = join(import.meta.dirname, '../pipelines/__name__');
const files = Object.fromEntries(
  ['system.md', 'text.liquid'].map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
);
/** The same pipeline on other documents. */
const other = definePipeline({ ...own, name: 'other', source: { ...own.source, collection: 'other_documents' } });

describe('__name__', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [own, other], files });
  });
  afterEach(() => bundle.close());

  const ofOwn = (): ReturnType<typeof collectionOf> => collectionOf('__collection__');
  const ofOther = (): ReturnType<typeof collectionOf> => collectionOf('other_documents');
  const handled = { 'handled_by.__name__.runId': { $exists: true } };

  it('requests a run when documents are pending, and handles each of its answers once', async () => {
    await ofOwn().insertMany(documents(5));

    await bundle.start([...stages, __Name__Module]);
    const run = await endedRunOf('__name__');
    await eventually('all to be handled', async () => (await ofOwn().count(handled)) === 5);
    const before = await all(ofOwn());
    await bundle.collect(consumer().resultsIngested(await ingestedOf(run)));

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 5 } } });
    expect(await ofOwn().count({ 'handled_by.__name__.runId': run._id })).toBe(5);
    expect(await all(ofOwn())).toEqual(before);
  });

  it('ignores the results of another pipeline', async () => {
    await ofOther().insertMany(documents(3));
    await bundle.start([...stages, __Name__Module]);

    const request = bundle.engine.runs.new('of-other', { pipeline: 'other' }, null);
    await bundle.collect(only(bundle.engine.runs.insert(request)));
    const run = await endedRunOf('other');
    await bundle.collect(consumer().resultsIngested(await ingestedOf(run)));

    expect(run.totals?.documents.succeeded).toBe(3);
    expect(await ofOther().count(handled)).toBe(0);
  });

  it('requests no run while no document is pending, and one run however many replicas poll', async () => {
    const withoutPending = await bundle.collect(consumer().requestRun());
    await ofOwn().insertMany(documents(1));
    const requested = [await bundle.collect(consumer().requestRun()), await bundle.collect(consumer().requestRun())].flat();

    expect(withoutPending).toEqual([]);
    expect(requested).toEqual([expect.objectContaining({ pipeline: '__name__', endpoint: 'inference' })]);
    expect(await storedRecords(bundle.engine.store).runs.count({ pipeline: '__name__', state: 'requested' })).toBe(1);
  });

  function consumer(): __Name__ {
    const { runs, documents, blobs, pipelines, clock } = bundle.engine;
    return new __Name__(runs, documents, blobs, pipelines, clock);
  }

  function collectionOf(name: string): ReturnType<typeof bundle.engine.documentStore.collection> {
    return bundle.engine.documentStore.collection(name);
  }

  async function endedRunOf(pipeline: string): Promise<Run> {
    return eventually(`the end of a run of ${pipeline}`, async () => {
      const { runs } = storedRecords(bundle.engine.store);
      for await (const run of runs.find({ pipeline, state: { $in: endedRunStates } })) return run;
      return null;
    });
  }

  /** The event of the run's batch. */
  async function ingestedOf(run: Run): Promise<ResultsIngested> {
    const { batches } = storedRecords(bundle.engine.store);
    for await (const { _id, ingestion } of batches.find({ runId: run._id })) {
      return ingested(run._id, _id, ingestion.archive ?? null);
    }
    throw new Error(`run ${run._id} has no batch`);
  }
});

function ingested(runId: string, batchId: string, archive: string | null): ResultsIngested {
  const counts = { documents: 1, requests: 1, succeeded: 1, failed: 0, retried: 0 };
  return new ResultsIngested({
    ...{ runId, batchId, claimId: 'any', error: null, archive },
    ...{ ...counts, inputTokens: 1, outputTokens: 1, usd: 0 },
  });
}

function documents(count: number): { _id: string; text: string }[] {
  return Array.from({ length: count }, (_, index) => ({ _id: `d${index}`, text: `The text of document ${index}.` }));
}

async function all(collection: { find(filter: object): AsyncIterable<Record<string, unknown>> }): Promise<unknown[]> {
  return Array.fromAsync(collection.find({}));
}

async function* only<T>(item: T): AsyncGenerator<T, void, undefined> {
  yield item;
}

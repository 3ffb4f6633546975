import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ExpiredRecords, ExpiredTexts } from '@batchmill/result-ingester';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { reportBatch, reportRun } from '@batchmill/service';
import type { EngineSettings } from '@batchmill/stage';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { manyNotes } from './notes-pipeline.js';
import { endOf, reprocess, requestRun, runToTheEnd } from './runs.js';

const day = 86_400_000;
const count = 6;

function pipelineOf(process?: () => unknown): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes' },
    inference: {
      functions: [
        chat({ name: 'summary', model: 'gpt-4o-mini', user: 'Summarise: {{ text }}', ...(process && { process }) }),
      ],
    },
    batch: { batchSize: 3, maxRetries: 0 },
  });
}

describe('texts that are kept too long', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    pipeline: PipelineDefinition = pipelineOf(),
    settings: Partial<EngineSettings> = {},
    options: Partial<TestEngineOptions> = {},
  ): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], settings, ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  /** A sweep as a process makes it that has just started. */
  async function sweep(): Promise<void> {
    const { runs, claims, batches, blobs, bus, engineSettings, clock, log, runRecords, inbox } = bundle.engine;
    const texts = new ExpiredTexts(runs, claims, batches, blobs, bus, engineSettings, clock, log);
    const records = new ExpiredRecords(runRecords, inbox, engineSettings, clock, log);
    await bundle.collect(texts.sweep());
    await bundle.collect(records.sweep());
  }
  const kinds = async (): Promise<string[]> => {
    const names = await Array.fromAsync(bundle.engine.blobs.list(), ({ name }) => name);
    return [...new Set(names.map((name) => name.slice(name.indexOf('.'))))].sort();
  };
  const run = (runId: string) => runToTheEnd(bundle, { runId, pipeline: 'notes' });

  it('R12: a batch file is deleted when its answers are stored, and the rest when the setting says', async () => {
    await opened();
    await run('r');

    expect(await kinds()).toEqual(['.archive.jsonl', '.manifest.jsonl', '.members.jsonl']);
    bundle.clock.advance(29 * day);
    await sweep();
    expect(await kinds()).toEqual(['.archive.jsonl', '.manifest.jsonl', '.members.jsonl']);
    bundle.clock.advance(2 * day);
    await sweep();

    expect(await kinds()).toEqual([]);
    expect(bundle.log.lines).toContainEqual(
      expect.objectContaining({ message: 'the texts of an ended run were deleted', fields: { runId: 'r' } }),
    );
  });

  it('R12: what is known of a run stays when its texts are gone: its report, its batches, its costs', async () => {
    await opened();
    await run('r');
    const before = await reportRun(bundle.engine, (await bundle.engine.runs.get('r'))!);
    const costs = await Array.fromAsync(bundle.engine.ledger.entries({ runId: 'r' }));
    bundle.clock.advance(31 * day);
    await sweep();

    const { runs, batches, ledger } = bundle.engine;
    expect(await reportRun(bundle.engine, (await runs.get('r'))!)).toMatchObject({
      total: count,
      succeeded: count,
      cost: before.cost,
      textsDeletedAt: expect.any(String),
    });
    expect(await Array.fromAsync(ledger.entries({ runId: 'r' }))).toEqual(costs);
    for await (const batch of batches.ofRun('r')) {
      expect(reportBatch(bundle.engine, batch)).toMatchObject({
        completedRequests: 3,
        inputFile: null,
        keptFile: null,
        textsDeletedAt: expect.any(String),
      });
    }
  });

  it('R12: a run that has not ended keeps its texts, however old it is', async () => {
    await opened(pipelineOf(), {}, { simulator: { turnaround: { kind: 'fixed', seconds: 3600 }, speed: 1 } });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    await eventually('batches at the provider', async () => (await bundle.engine.batches.countIn('submitted')) === 2);
    bundle.clock.advance(40 * day);
    const before = await kinds();

    await sweep();
    await sweep();

    expect(before).toEqual(['.batch.jsonl', '.manifest.jsonl', '.members.jsonl']);
    expect(await kinds()).toEqual(before);
  });

  it('R12: kept answers can be reprocessed until they expire, which begins again with each reprocessing', async () => {
    let isBroken = true;
    await opened(
      pipelineOf(() => {
        if (isBroken) throw new Error('a mistake');
        return 'processed';
      }),
    );
    await run('r');
    expect(await kinds()).toContain('.kept.jsonl');
    bundle.clock.advance(20 * day);
    await reprocess(bundle, 'r.c1.b1');
    bundle.clock.advance(20 * day);
    await sweep();
    expect(await kinds()).toContain('.kept.jsonl');

    isBroken = false;
    expect(await reprocess(bundle, 'r.c1.b1')).toMatchObject({ requests: 3, unusable: 0 });
    bundle.clock.advance(31 * day);
    await sweep();

    expect(await kinds()).toEqual([]);
    expect((await bundle.engine.batches.get('r.c2.b1'))?.ingestion.kept).toBeNull();
    expect(await Array.fromAsync(bundle.engine.batches.keepingOfRun('r'))).toEqual([]);
  });

  it('R12: a blob that no record names goes a day after it was written at the earliest, and none that is named', async () => {
    await opened(pipelineOf(), { keepTextsMs: 3_600_000 });
    await run('r');
    const { name } = await bundle.engine.blobs.write(of('left by a dead process'), '.batch.jsonl');
    const isThere = async (): Promise<boolean> => (await bundle.engine.blobs.bytesOf(name)) !== null;
    bundle.clock.advance(2 * 3_600_000);
    await sweep();
    expect(await isThere()).toBe(true);

    bundle.clock.advance(day);
    await sweep();
    expect(await isThere()).toBe(false);
  });

  it('R12: where others may use the same folder, a blob that no record names is left alone', async () => {
    await opened(pipelineOf(), { ownsBlobs: false });
    const { name } = await bundle.engine.blobs.write(of('of another installation'), '.batch.jsonl');
    bundle.clock.advance(40 * day);
    await sweep();

    expect(await bundle.engine.blobs.bytesOf(name)).not.toBeNull();
  });

  it('R12: several processes sweep at once, and one that dies on the way is followed by another', async () => {
    await opened();
    await run('one');
    await bundle.engine.documentStore
      .collection('notes')
      .insertMany(manyNotes(count).map((note) => ({ ...note, _id: `x${note._id}` })));
    await run('two');
    bundle.clock.advance(31 * day);

    const { runs, claims, batches, blobs, bus, engineSettings, clock, log } = bundle.engine;
    /** Dies when it has deleted two blobs. */
    async function sweepAndDie(): Promise<'died' | 'done'> {
      let left = 2;
      const dying = new Proxy(blobs, {
        get: (target, property) => {
          if (property === 'delete' && (left -= 1) < 0) throw new Error('killed');
          const value: unknown = Reflect.get(target, property);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
      const texts = new ExpiredTexts(runs, claims, batches, dying, bus, engineSettings, clock, log);
      return bundle.collect(texts.sweep()).then(
        () => 'done',
        () => 'died',
      );
    }
    for (let number = 0; number < 4; number += 1) expect(await sweepAndDie()).toBe('died');
    expect(await runs.get('one')).not.toHaveProperty('textsDeletedAt');
    await Promise.all([sweep(), sweep(), sweep()]);

    expect(await kinds()).toEqual([]);
    expect(await runs.get('one')).toMatchObject({ textsDeletedAt: expect.any(Date) });
    expect(await runs.get('two')).toMatchObject({ textsDeletedAt: expect.any(Date) });
  });

  it('R12: records go when their setting says, with the ledger left, and by default never', async () => {
    // The books of the engine are compared by the records of batches.
    await opened(pipelineOf(), { keepRecordsMs: 90 * day }, { comparesBooks: false });
    await run('r');
    const costs = await Array.fromAsync(bundle.engine.ledger.entries({ runId: 'r' }));
    bundle.clock.advance(89 * day);
    await sweep();
    expect(await bundle.engine.runs.get('r')).not.toBeNull();
    bundle.clock.advance(2 * day);
    await sweep();

    const { runs, claims, batches, notifications, ledger } = bundle.engine;
    expect(await runs.get('r')).toBeNull();
    expect(await Array.fromAsync(claims.ofRun('r'))).toEqual([]);
    expect(await Array.fromAsync(batches.ofRun('r'))).toEqual([]);
    expect(await Array.fromAsync(notifications.ofRun('r'))).toEqual([]);
    expect(costs).toHaveLength(2);
    expect(await Array.fromAsync(ledger.entries({ runId: 'r' }))).toEqual(costs);
  });

  it('R12: a run goes on while another is swept, and every document of it is answered once', async () => {
    await opened(pipelineOf(), { sweepMs: 20 });
    // A blob carries the time of the file system: those of the new run would count as left behind were the clock ahead of it.
    bundle.clock.advance(-31 * day);
    await run('old');
    bundle.clock.advance(31 * day);
    await bundle.engine.documentStore
      .collection('notes')
      .insertMany(manyNotes(40).map((note) => ({ ...note, _id: `x${note._id}` })));
    await requestRun(bundle, { runId: 'new', pipeline: 'notes' });
    await eventually('an end of the run', async () => {
      await sweep();
      return (await bundle.engine.runs.get('new'))?.finishedAt != null;
    });

    expect(await endOf(bundle, 'new')).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 40 } } });
    expect(await bundle.engine.runs.get('old')).toMatchObject({ textsDeletedAt: expect.any(Date) });
  });
});

async function* of(text: string): AsyncIterable<string> {
  yield text;
}

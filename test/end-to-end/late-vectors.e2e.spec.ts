import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ResultIngester, ResultIngesterModule } from '@batchmill/result-ingester';
import type { VectorRow, Vectors } from '@batchmill/vectors';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomeOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestRun, runToTheEnd } from './runs.js';
import { ledgerOf } from './simulated-provider.js';
import { stageOn } from './stage-on.js';

const others = stages.filter((stage) => stage !== ResultIngesterModule);
const edited = 'n00001';

describe('E4: an ingester that slept writes the vector of an older text', () => {
  let bundle: TestEngine;
  /** What the engine, but not the sleeper, upserts last for the edited document. */
  let newest: VectorRow | undefined;
  /** Called after each upsert of the engine, before it resolves. */
  let afterUpsert: () => Promise<void>;
  afterEach(() => bundle.close());

  /** An ingester that has read its documents and sleeps before it writes their vectors. */
  async function fallenAsleep(): Promise<() => Promise<void>> {
    newest = undefined;
    afterUpsert = async () => undefined;
    bundle = await TestEngine.open({
      pipelines: [notes],
      ports: ({ vectors }) => ({
        vectors: withUpsert(vectors, async (collection, rows) => {
          await vectors.upsert(collection, rows);
          newest = rows.find(({ key }) => key.includes(edited)) ?? newest;
          await afterUpsert();
        }),
      }),
    });
    const { engine, clock } = bundle;
    const unwrapped = Object.getPrototypeOf(engine.vectors) as Vectors;
    await engine.documentStore.collection('notes').insertMany(manyNotes(3));
    await bundle.start(others);
    await requestRun(bundle, { runId: 'first', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('its batch', async () => (await engine.batches.get('first.c1.b1'))?.state === 'settled');
    let wake: () => void = () => undefined;
    const awake = new Promise<void>((resolve) => (wake = resolve));
    let isAsleep = false;
    const vectors = withUpsert(engine.vectors, async (collection, rows) => {
      isAsleep = true;
      await awake;
      await unwrapped.upsert(collection, rows);
    });
    const sleeper = await stageOn({ ...engine, vectors }, ResultIngesterModule, ResultIngester);
    const leased = await bundle.lease(engine.batches, 'first.c1.b1');
    const ended = bundle.collect(sleeper.ingest(leased)).then(
      () => 'not late',
      (error: unknown) => String(error),
    );
    await eventually('it to sleep', async () => isAsleep);
    clock.advance(60_000);
    await bundle.start([ResultIngesterModule]);
    await endOf(bundle, 'first');
    return async () => {
      wake();
      expect(await ended).toContain('the lease was lost');
    };
  }

  async function editText(): Promise<void> {
    const changes = { text: 'Entirely different words about bridges.', embedding_status: 'pending' };
    await bundle.engine.documentStore.collection('notes').updateOne({ _id: edited }, { $set: changes });
  }

  async function expectNewestStored(): Promise<void> {
    const [best] = await bundle.engine.vectors.search('notes', newest?.vector ?? new Float32Array(8), 1);
    expect(best?.key).toBe(newest?.key);
    expect(best?.similarity).toBeCloseTo(1, 5);
    expect(await bundle.engine.vectors.count('notes')).toBe(3);
  }

  it('after the newer text was embedded: the document is embedded once more', async () => {
    const wakeUp = await fallenAsleep();
    await editText();
    await runToTheEnd(bundle, { runId: 'second', pipeline: 'notes', endpoint: 'embeddings' });

    await wakeUp();
    const found = await outcomeOf(bundle, 'embeddings', edited);
    const third = await runToTheEnd(bundle, { runId: 'third', pipeline: 'notes', endpoint: 'embeddings' });

    expect(found).toMatchObject({ status: 'pending', info: { freeRetries: 1 } });
    expect(third.totals).toMatchObject({ documents: { succeeded: 1 }, requests: 1 });
    await expectNewestStored();
    expect(bundle.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('vectors were written late') }),
    );
  });

  it('while the newer text waits at the provider: nothing is embedded again', async () => {
    const wakeUp = await fallenAsleep();
    await editText();
    await requestRun(bundle, { runId: 'second', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('its claim', async () => (await bundle.engine.claims.get('second.c1')) !== null);

    await wakeUp();
    const second = await endOf(bundle, 'second');

    expect(second.totals).toMatchObject({ documents: { succeeded: 1 }, requests: 1 });
    await expectNewestStored();
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 4 });
  });

  it('between the newer vector and its mark: the newer vector is written once more', async () => {
    const wakeUp = await fallenAsleep();
    await editText();
    let upserts = 0;
    afterUpsert = async () => {
      upserts += 1;
      if (upserts === 1) await wakeUp();
    };

    const second = await runToTheEnd(bundle, { runId: 'second', pipeline: 'notes', endpoint: 'embeddings' });

    expect(upserts).toBe(2);
    expect(second.totals).toMatchObject({ documents: { succeeded: 1 }, requests: 1 });
    expect(await outcomeOf(bundle, 'embeddings', edited)).toMatchObject({ status: 'completed' });
    await expectNewestStored();
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 4 });
  });

  it('when nobody has embedded the documents again: nothing is to be put right', async () => {
    const wakeUp = await fallenAsleep();

    await wakeUp();

    expect(await outcomeOf(bundle, 'embeddings', edited)).toMatchObject({ status: 'completed' });
    expect(bundle.log.lines.filter(({ message }) => message.includes('late'))).toEqual([]);
  });
});

/** The vectors with another `upsert`. */
function withUpsert(vectors: Vectors, upsert: Vectors['upsert']): Vectors {
  return Object.create(vectors, { upsert: { value: upsert } }) as Vectors;
}

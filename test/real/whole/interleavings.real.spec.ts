import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutgoingMessage } from '@batchmill/bus';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { SystemClock } from '@batchmill/contracts';
import { eventually, ServiceProcess } from '@batchmill/testing';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Moment, PortCall } from '../../crash/moments.js';
import { RealEngine, requestOf, stageNames } from '../real-engine.js';
import { KilledEngine, type ThawTime } from '../killed-engine.js';

const timeoutMs = 600_000;

type FreezePoint = Moment & { readonly at: PortCall };

/** Of two processes of a service, the one that makes the call first is frozen, and the other one takes over. */
const freezePoints: readonly (readonly [string, ThawTime, FreezePoint])[] = [
  [
    'interleaving 2: the run’s lease is lost in the middle of a page',
    'when its work was taken over',
    freezePoint('page', 'chunk-scanner', 'embeddings', at('notes', 'bulk', 'after', '"requested"')),
  ],
  [
    'interleaving 2: the run’s lease is lost before a claim is opened',
    'after the end of the run',
    freezePoint('claim', 'chunk-scanner', 'inference', at('claims', 'insertOne', 'before', '"open"')),
  ],
  [
    'interleaving 3: a late mark on documents that another scanner has claimed',
    'after the end of the run',
    freezePoint('mark', 'chunk-scanner', 'embeddings', at('notes', 'bulk', 'before', '"requested"')),
  ],
  [
    'interleaving 5: two builders of one claim, a document edited in between',
    'after the end of the run',
    freezePoint('file', 'jsonl-builder', 'inference', at('batches', 'insertOne', 'before')),
  ],
  [
    'interleaving 7: a submitter frozen after arming',
    'when its work was taken over',
    freezePoint('armed', 'batch-submitter', 'embeddings', at('batches', 'updateOne', 'after', '"armed":{"key"')),
  ],
  [
    'interleaving 7: a submitter frozen after arming',
    'after the end of the run',
    freezePoint('late', 'batch-submitter', 'inference', at('batches', 'updateOne', 'after', '"armed":{"key"')),
  ],
  [
    'interleaving 12: an ingester frozen in the middle of a slice',
    'when its work was taken over',
    freezePoint('slice', 'result-ingester', 'inference', at('notes', 'bulk', 'after', '"done"')),
  ],
  [
    'interleaving 12: an ingester frozen before it writes answers',
    'after the end of the run',
    freezePoint('answer', 'result-ingester', 'inference', at('notes', 'bulk', 'before', '"done"')),
  ],
];

describe('a process that is frozen in the middle of its work, and continues after another one has done it', () => {
  let killedEngine: KilledEngine;

  beforeAll(async () => {
    killedEngine = await KilledEngine.open();
  });
  afterAll(() => killedEngine.close(), 600_000);

  it.each(freezePoints)(
    '%s; thawed %s',
    (_, thawTime, moment) => killedEngine.freezeAt(moment, thawTime, edit),
    timeoutMs,
  );

  it('every process was frozen; nothing is billed twice, no vector is stored twice, and no file is left at the provider', async () => {
    killedEngine.expectHit(freezePoints.map(([, , moment]) => moment));
    await killedEngine.expectNothingTwice();
  });

  /** Edits one document of every run, so that a second rendering differs. */
  async function edit(topic: string): Promise<void> {
    const notes = killedEngine.engine.documents.collection('notes');
    expect(await notes.updateOne({ _id: `${topic}-000000` }, { $set: { text: 'Edited meanwhile.' } })).toMatchObject({
      matched: 1,
    });
  }
});

describe('concurrent processes', () => {
  let engine: RealEngine;

  beforeEach(async () => {
    engine = await RealEngine.open({
      env: { NOTES_BATCH_SIZE: '20', BATCHMILL_SLICE_LINES: '2', COMPLETION_TIMEOUT: '3' },
    });
  });
  afterEach(() => engine.close(), 600_000);

  it(
    'interleaving 13: two functions of one document end at the same time in two ingesters',
    async () => {
      await engine.addNotes('pair', 120);
      await engine.start(...stageNames, 'result-ingester');

      const run = await engine.endOf(
        await engine.requestRun('pair', 'inference', { pipeline: 'two-answers' }),
        timeoutMs,
      );

      expect(run['totals']).toMatchObject({ documents: { succeeded: 120, failed: 0, left: 0 } });
      for await (const { answers } of engine.documents.collection('notes').find({ topic: 'pair' })) {
        const by = (answers as { readonly by: string }[]).map((answer) => answer.by);
        expect(by.sort()).toEqual(['summary', 'title']);
      }
      expect(await engine.statesOf('pair', 'ai_status')).toEqual({ completed: 120 });
      for (const ingester of engine.of('result-ingester')) {
        expect(await ingester.counted('batchmill_work_total')).toBeGreaterThan(0);
      }
      expect(await engine.simulator.ledger()).toMatchObject({ requests: 240, twice: [] });
    },
    timeoutMs,
  );

  it(
    'interleaving 16: two runs over the same documents by two scanners share them',
    async () => {
      await engine.addNotes('expected', 300);
      await engine.start(...stageNames, 'chunk-scanner');

      const runIds = await Promise.all(
        ['one', 'other'].map((name) => engine.requestRun('expected', 'embeddings', { runId: `expected-${name}` })),
      );
      const runs = await Promise.all(runIds.map((runId) => engine.endOf(runId, timeoutMs)));

      const done = runs.map(({ totals }) => (totals as { documents: { succeeded: number } }).documents.succeeded);
      process.stdout.write(`interleaving 16: ${done.join(' and ')} documents\n`);
      expect(done.reduce((sum, one) => sum + one, 0)).toBe(300);
      expect(await engine.statesOf('expected', 'embedding_status')).toEqual({ completed: 300 });
      expect(await engine.simulator.ledger()).toMatchObject({ requests: 300, twice: [] });
    },
    timeoutMs,
  );

  it(
    'interleaving 22: an outage of the provider longer than any timeout, during which replicas join',
    async () => {
      await engine.addNotes('away', 200);
      await engine.start(...stageNames);
      const runId = await engine.requestRun('away', 'embeddings');
      const batches = engine.state.collection('batches');
      await eventually('a submitted batch', async () => (await batches.count({ state: 'submitted' })) > 0, 600_000, 20);

      engine.simulator.freeze();
      try {
        await delay(15_000);
        await engine.start('batch-submitter', 'status-poller', 'result-ingester');
        await delay(5_000);
      } finally {
        engine.simulator.thaw();
      }

      const run = await engine.endOf(runId, timeoutMs);
      expect(run['totals']).toMatchObject({ documents: { succeeded: 200, failed: 0, left: 0 } });
      expect(await engine.vectors.count(engine.collection)).toBe(200);
      expect(await engine.simulator.ledger()).toMatchObject({ twice: [] });
      for (const name of ['runs', 'claims', 'batches']) {
        expect(await engine.state.collection(name).count({ parked: true })).toBe(0);
      }
    },
    timeoutMs,
  );

  it(
    'interleaving 23: two installations that share one key do not touch each other’s batches and files',
    async () => {
      await engine.addNotes('mine', 200);
      const home = join(engine.folder, 'other');
      mkdirSync(home);
      const documents = EmbeddedStore.open({ file: join(home, 'state.db') });
      await documents.collection('notes').insertMany(
        Array.from({ length: 200 }, (_, index) => ({
          _id: `n${index}`,
          topic: 'theirs',
          book: 'b',
          text: `Theirs, ${index}.`,
        })),
      );
      const { OPENAI_BASE_URL = '', BATCHMILL_PIPELINES = '', NOTES_BATCH_SIZE = '' } = engine.env;
      const other = await ServiceProcess.start('all-in-one', {
        ...{
          OPENAI_BASE_URL,
          BATCHMILL_PIPELINES,
          NOTES_BATCH_SIZE,
          NOTES_VECTORS: 'notes',
          OPENAI_API_KEY: 'sk-test',
        },
        ...{ BATCHMILL_HOME: home, BATCHMILL_FIRST_POLL_MS: '100', POLL_INTERVAL: '1' },
        ...{ BATCHMILL_SWEEP_INTERVAL: '2', BATCHMILL_CREATE_TIMEOUT: '3', BATCHMILL_LIST_LAG: '1' },
      });
      try {
        await engine.start(...stageNames);
        const runs = documents.collection('runs');
        await publishEmbedded(
          home,
          requestOf('theirs', { runId: 'theirs', pipeline: 'notes', endpoint: 'embeddings' }),
        );
        const run = await engine.endOf(await engine.requestRun('mine', 'embeddings'), timeoutMs);
        const theirs = await eventually(
          'the end of the other installation’s run',
          async () => {
            const found = await runs.findOne({ _id: 'theirs' });
            return found?.['state'] === 'finished' && found;
          },
          timeoutMs,
          200,
        );

        for (const each of [run, theirs]) {
          expect(each['totals']).toMatchObject({ documents: { succeeded: 200, failed: 0, left: 0 } });
        }
        const ledger = await eventually(
          'no file left',
          async () => {
            const found = await engine.simulator.ledger();
            return found.files.length === 0 && found;
          },
          600_000,
          200,
        );
        expect(ledger).toMatchObject({ requests: 400, twice: [] });
        expect(ledger.batches.filter(({ status }) => status !== 'completed')).toEqual([]);
      } finally {
        await other.end('SIGTERM');
        await documents.close();
      }
    },
    timeoutMs,
  );
});

async function publishEmbedded(home: string, request: OutgoingMessage): Promise<void> {
  const bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock: new SystemClock() });
  await bus.publish([request]);
  await bus.close();
}

function freezePoint(
  id: string,
  service: Moment['service'],
  endpoint: Moment['endpoint'],
  call: PortCall,
): FreezePoint {
  return {
    id: `frozen-${id}`,
    name: `${id}: ${call.when} ${call.method} of ${call.collection}`,
    service,
    endpoint,
    at: call,
  };
}

function at(collection: string, method: string, when: PortCall['when'], ...argumentParts: string[]): PortCall {
  return { port: 'store', collection, method, argumentParts, when };
}

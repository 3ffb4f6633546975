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
import { KilledEngine, type Awake } from '../killed-engine.js';

const timeoutMs = 600_000;

type Sleeper = Moment & { readonly at: PortCall };

/** Two processes of a service; the one that comes to the call first sleeps, the other one goes on for it. */
const sleepers: readonly (readonly [string, Awake, Sleeper])[] = [
  [
    'interleaving 2: the run’s lease lost in mid-page',
    'when it was taken over',
    sleeper('page', 'chunk-scanner', 'embeddings', at('notes', 'bulk', 'after', '"asked"')),
  ],
  [
    'interleaving 2: the run’s lease lost before a claim is opened',
    'after the end of the run',
    sleeper('claim', 'chunk-scanner', 'inference', at('claims', 'insertOne', 'before', '"open"')),
  ],
  [
    'interleaving 3: a late mark on documents that somebody else has taken',
    'after the end of the run',
    sleeper('mark', 'chunk-scanner', 'embeddings', at('notes', 'bulk', 'before', '"asked"')),
  ],
  [
    'interleaving 5: two builders of one claim, a document edited between',
    'after the end of the run',
    sleeper('file', 'jsonl-builder', 'inference', at('batches', 'insertOne', 'before')),
  ],
  [
    'interleaving 7: a submitter frozen after arming',
    'when it was taken over',
    sleeper('armed', 'batch-submitter', 'embeddings', at('batches', 'updateOne', 'after', '"armed":{"key"')),
  ],
  [
    'interleaving 7: a submitter frozen after arming',
    'after the end of the run',
    sleeper('late', 'batch-submitter', 'inference', at('batches', 'updateOne', 'after', '"armed":{"key"')),
  ],
  [
    'interleaving 12: an ingester frozen in mid-slice',
    'when it was taken over',
    sleeper('slice', 'result-ingester', 'inference', at('notes', 'bulk', 'after', '"done"')),
  ],
  [
    'interleaving 12: an ingester frozen before it writes answers',
    'after the end of the run',
    sleeper('answer', 'result-ingester', 'inference', at('notes', 'bulk', 'before', '"done"')),
  ],
];

describe('a process that is frozen in the middle of its work, and goes on when another one has done it', () => {
  let struck: KilledEngine;

  beforeAll(async () => {
    struck = await KilledEngine.open();
  });
  afterAll(() => struck.close(), 600_000);

  it.each(sleepers)('%s; awake %s', (_, awake, moment) => struck.freezeAt(moment, awake, edit), timeoutMs);

  it('every one slept; nothing is billed twice, no vector is double, and no file is left at the provider', async () => {
    struck.expectHit(sleepers.map(([, , moment]) => moment));
    await struck.expectNothingTwice();
  });

  /** Of every run one document, so that who renders it again renders something else. */
  async function edit(topic: string): Promise<void> {
    const notes = struck.line.documents.collection('notes');
    expect(await notes.updateOne({ _id: `${topic}-000000` }, { $set: { text: 'Edited meanwhile.' } })).toMatchObject({
      matched: 1,
    });
  }
});

describe('processes that want the same at the same time', () => {
  let line: RealEngine;

  beforeEach(async () => {
    line = await RealEngine.open({
      env: { NOTES_BATCH_SIZE: '20', BATCHMILL_SLICE_LINES: '2', COMPLETION_TIMEOUT: '3' },
    });
  });
  afterEach(() => line.close(), 600_000);

  it(
    'interleaving 13: two functions of one document ending at the same moment in two ingesters',
    async () => {
      await line.addNotes('pair', 120);
      await line.start(...stageNames, 'result-ingester');

      const run = await line.endOf(await line.ask('pair', 'inference', { pipeline: 'two-answers' }), timeoutMs);

      expect(run['totals']).toMatchObject({ documents: { succeeded: 120, failed: 0, left: 0 } });
      for await (const { answers } of line.documents.collection('notes').find({ topic: 'pair' })) {
        const by = (answers as { readonly by: string }[]).map((answer) => answer.by);
        expect(by.sort()).toEqual(['summary', 'title']);
      }
      expect(await line.statesOf('pair', 'ai_status')).toEqual({ completed: 120 });
      for (const ingester of line.of('result-ingester')) {
        expect(await ingester.counted('batchmill_work_total')).toBeGreaterThan(0);
      }
      expect(await line.simulator.ledger()).toMatchObject({ requests: 240, twice: [] });
    },
    timeoutMs,
  );

  it(
    'interleaving 16: two runs wanting the same documents, of two scanners',
    async () => {
      await line.addNotes('wanted', 300);
      await line.start(...stageNames, 'chunk-scanner');

      const runIds = await Promise.all(
        ['one', 'other'].map((name) => line.ask('wanted', 'embeddings', { runId: `wanted-${name}` })),
      );
      const runs = await Promise.all(runIds.map((runId) => line.endOf(runId, timeoutMs)));

      const done = runs.map(({ totals }) => (totals as { documents: { succeeded: number } }).documents.succeeded);
      process.stdout.write(`interleaving 16: ${done.join(' and ')} documents\n`);
      expect(done.reduce((sum, one) => sum + one, 0)).toBe(300);
      expect(await line.statesOf('wanted', 'embedding_status')).toEqual({ completed: 300 });
      expect(await line.simulator.ledger()).toMatchObject({ requests: 300, twice: [] });
    },
    timeoutMs,
  );

  it(
    'interleaving 22: the provider away for longer than any timeout while replicas join',
    async () => {
      await line.addNotes('away', 200);
      await line.start(...stageNames);
      const runId = await line.ask('away', 'embeddings');
      const batches = line.state.collection('batches');
      await eventually(
        'the first batches submitted',
        async () => (await batches.count({ state: 'submitted' })) > 0,
        600_000,
        20,
      );

      line.simulator.freeze();
      try {
        await delay(15_000);
        await line.start('batch-submitter', 'status-poller', 'result-ingester');
        await delay(5_000);
      } finally {
        line.simulator.thaw();
      }

      const run = await line.endOf(runId, timeoutMs);
      expect(run['totals']).toMatchObject({ documents: { succeeded: 200, failed: 0, left: 0 } });
      expect(await line.vectors.count(line.collection)).toBe(200);
      expect(await line.simulator.ledger()).toMatchObject({ twice: [] });
      for (const name of ['runs', 'claims', 'batches']) {
        expect(await line.state.collection(name).count({ parked: true })).toBe(0);
      }
    },
    timeoutMs,
  );

  it(
    'interleaving 23: two installations sharing one key: neither touches what the other has at the provider',
    async () => {
      await line.addNotes('mine', 200);
      const home = join(line.folder, 'other');
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
      const { OPENAI_BASE_URL = '', BATCHMILL_PIPELINES = '', NOTES_BATCH_SIZE = '' } = line.env;
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
        await line.start(...stageNames);
        const runs = documents.collection('runs');
        await askEmbedded(home, requestOf('theirs', { runId: 'theirs', pipeline: 'notes', endpoint: 'embeddings' }));
        const run = await line.endOf(await line.ask('mine', 'embeddings'), timeoutMs);
        const theirs = await eventually(
          'the end of theirs',
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
            const found = await line.simulator.ledger();
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

async function askEmbedded(home: string, request: OutgoingMessage): Promise<void> {
  const bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock: new SystemClock() });
  await bus.publish([request]);
  await bus.close();
}

function sleeper(id: string, service: Moment['service'], endpoint: Moment['endpoint'], call: PortCall): Sleeper {
  return {
    id: `sleeper-${id}`,
    name: `${id}: ${call.when} ${call.method} of ${call.collection}`,
    service,
    endpoint,
    at: call,
  };
}

function at(collection: string, method: string, when: PortCall['when'], ...given: string[]): PortCall {
  return { port: 'store', collection, method, given, when };
}

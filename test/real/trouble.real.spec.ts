import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunFinished, RunRequested, events, topicOf } from '@batchmill/contracts';
import { eventually, serverAddresses } from '@batchmill/testing';
import { Kafka, logLevel } from 'kafkajs';
import { batchmill, type Ran } from '../end-to-end/command.js';
import { RealEngine, stageNames } from './real-engine.js';

const timeoutMs = 600_000;
/** What people and programs outside send, and a fact that the notifier records as its input. */
const inputs = [...events.filter(({ isInput }) => isInput).map(topicOf), topicOf(RunFinished)];
const requests = topicOf(RunRequested);

interface LetterJson {
  readonly id: string;
  readonly topic: string;
  readonly code: string;
  readonly redriven?: boolean;
}

describe('trouble on real servers', () => {
  let line: RealEngine;

  beforeEach(async () => {
    line = await RealEngine.open({
      env: { NOTES_BATCH_SIZE: '10', BATCHMILL_MAX_ATTEMPTS: '2', BATCHMILL_BACKOFF: '0.1' },
    });
  });
  afterEach(() => line.close(), 600_000);

  it(
    'X1: a message that cannot be used is a dead letter on every input topic, the rest flows, and redriving puts it back',
    async () => {
      await line.addNotes('wells', 20);
      await line.start(...stageNames);
      const mark = `poison-${line.collection}`;
      await line.bus.publish(
        inputs.map((topic) => ({
          topic,
          key: mark,
          value: `{"runId": ["no text"], "batchId": 7, "mark": "${mark}"`,
          headers: {},
        })),
      );
      const typedByHand = JSON.stringify({ runId: 'by-hand', pipeline: 'notes', parameters: { topics: ['wells'] } });
      await line.bus.publish([{ topic: requests, key: null, value: `${typedByHand}\n`, headers: {} }]);

      const run = await line.endOf('by-hand');
      expect(run['totals']).toMatchObject({ documents: { succeeded: 20, failed: 0 } });
      const letters = await eventually(
        'a dead letter on every topic',
        async () => {
          const found = await lettersOf(mark);
          return new Set(found.map(({ topic }) => topic)).size === inputs.length && found;
        },
        600_000,
        1_000,
      );
      expect(new Set(letters.map(({ topic }) => topic))).toEqual(new Set(inputs));
      expect(new Set(letters.map(({ code }) => code))).toEqual(new Set(['message.not-json']));

      const letter = letters.find(({ topic }) => topic === requests)!;
      const shown = await command('dlt', 'show', letter.id, '--payload');
      expect(shown.out).toContain(mark);
      expect((await command('dlt', 'redrive', letter.id)).code).toBe(0);
      const again = await eventually(
        'the redriven message as a newer letter',
        async () => {
          const found = (await lettersOf(mark)).filter(({ topic }) => topic === letter.topic);
          return found.length === 2 && found;
        },
        600_000,
        1_000,
      );
      expect(again.every(({ code }) => code === letter.code)).toBe(true);
      const twice = await command('dlt', 'redrive', letter.id);
      expect(twice.code).toBe(1);
      expect(twice.err).toContain('was already redriven');
    },
    timeoutMs,
  );

  it(
    'X1: a document whose id is too long for the vector store fails alone, and the others of its batch are stored',
    async () => {
      await line.addNotes('weirs', 5);
      const _id = 'w'.repeat(1_100);
      await line.documents.collection('notes').insertOne({ _id, topic: 'weirs', book: 'b', text: 'A note.' });
      await line.start(...stageNames);

      const run = await line.endOf(await line.ask('weirs', 'embeddings'));

      expect(run['totals']).toMatchObject({ documents: { succeeded: 5, failed: 1, left: 0 } });
      expect(await line.vectors.count(line.collection)).toBe(5);
      const failed = await line.documents.collection('notes').findOne({ _id });
      expect(JSON.stringify(failed)).toContain('document.vector-refused');
    },
    timeoutMs,
  );

  it(
    'work that always fails is parked alone, and a retry puts it back when its cause is gone',
    async () => {
      await line.addNotes('dams', 40);
      await line.start('chunk-scanner', 'jsonl-builder', 'batch-submitter', 'status-poller', 'notifier');
      const runId = await line.ask('dams', 'embeddings');
      const batches = line.state.collection('batches');
      await eventually(
        'all answers are there',
        async () => (await batches.count({ state: 'settled' })) === 4,
        600_000,
        200,
      );
      const broken = await batches.findOne({ state: 'settled' }, { sort: { _id: 1 } });
      const files = line.state.collection('batchmill.files');
      const lost = await files.findOne({ _id: broken!['manifest'] });
      await files.deleteMany({ _id: lost!['_id'] });
      await line.start('result-ingester');

      await eventually(
        'the broken one is parked',
        async () => (await batches.count({ parked: true })) === 1,
        600_000,
        200,
      );
      await eventually(
        'the others are ingested',
        async () => (await batches.count({ state: 'ingested' })) === 3,
        600_000,
        200,
      );
      const parked = await command('parked', 'list', '--json');
      expect(parked.out).toContain(String(broken!['_id']));
      expect(parked.out).toContain('blobs.missing');

      await files.insertOne(lost!);
      expect((await command('parked', 'retry', String(broken!['_id']))).code).toBe(0);
      const run = await line.endOf(runId);
      expect(run['totals']).toMatchObject({ documents: { succeeded: 40, failed: 0, left: 0 } });
      expect(await line.vectors.count(line.collection)).toBe(40);
    },
    timeoutMs,
  );

  it(
    'a run finishes although everything that Kafka held is gone in the middle of it',
    async () => {
      await line.addNotes('locks', 40);
      await line.start('chunk-scanner', 'jsonl-builder', 'batch-submitter');
      const runId = await line.ask('locks', 'embeddings');
      const batches = line.state.collection('batches');
      await eventually(
        'a batch is submitted',
        async () => (await batches.count({ state: 'submitted' })) > 0,
        600_000,
        50,
      );

      await emptyKafka();
      await line.start('status-poller', 'result-ingester', 'notifier');

      const run = await line.endOf(runId);
      expect(run['totals']).toMatchObject({ documents: { succeeded: 40, failed: 0, left: 0 } });
      expect(await line.simulator.ledger()).toMatchObject({ requests: 40, twice: [] });
    },
    timeoutMs,
  );

  it('the topics can be made before there is a service, those for dead letters too', async () => {
    const { code, out } = await command('topics', 'create');

    expect(code).toBe(0);
    const made = out.trim().split('\n');
    expect(made).toEqual(expect.arrayContaining(events.map(topicOf)));
    const admin = new Kafka({ brokers: [serverAddresses.kafka.replace('kafka://', '')] }).admin();
    await admin.connect();
    expect(await admin.listTopics()).toEqual(expect.arrayContaining(made));
    await admin.disconnect();
  });

  async function command(...args: string[]): Promise<Ran> {
    return batchmill(import.meta.dirname, args, { env: { ...line.env } });
  }

  /** The letters of this test: others may lie there from before. */
  async function lettersOf(key: string): Promise<LetterJson[]> {
    const { out, err, code } = await command('dlt', 'list', '--limit', '1000', '--json');
    if (code !== 0) throw new Error(err);
    return (JSON.parse(out) as (LetterJson & { key: string | null })[]).filter((letter) => letter.key === key);
  }

  async function emptyKafka(): Promise<void> {
    const brokers = [serverAddresses.kafka.replace('kafka://', '')];
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    for (const topic of (await admin.listTopics()).filter((name) => name.startsWith('batchmill.'))) {
      const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition }) => ({ partition, offset: '-1' }));
      await admin.deleteTopicRecords({ topic, partitions });
    }
    await admin.disconnect();
  }
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topicOf } from '@batchmill/contracts';
import { RunFinished, RunRequested, events } from '@batchmill/contracts/events';
import { eventually, serverAddresses } from '@batchmill/testing';
import kafkajs, { Kafka, logLevel, type Admin } from 'kafkajs';
import { batchmill, type CommandResult } from '../end-to-end/command.js';
import { RealEngine, stageNames } from './real-engine.js';

const timeoutMs = 600_000;
/** The topics of commands and requests, and that of an event that the notifier records as its input. */
const inputs = [...events.filter(({ isInput }) => isInput).map(topicOf), topicOf(RunFinished)];
const requests = topicOf(RunRequested);

interface LetterJson {
  readonly id: string;
  readonly topic: string;
  readonly code: string;
  readonly redriven?: boolean;
}

describe('bad messages, bad documents and lost data on real servers', () => {
  let engine: RealEngine;

  beforeEach(async () => {
    engine = await RealEngine.open({
      env: { NOTES_BATCH_SIZE: '10', BATCHMILL_MAX_ATTEMPTS: '2', BATCHMILL_BACKOFF: '0.1' },
    });
  });
  afterEach(() => engine.close(), 600_000);

  it(
    'X1: an unusable message is a dead letter on every input topic, other messages are handled, and redriving publishes it again',
    async () => {
      await engine.addNotes('wells', 20);
      await engine.start(...stageNames);
      const mark = `poison-${engine.collection}`;
      await engine.bus.publish(
        inputs.map((topic) => ({
          topic,
          key: mark,
          value: `{"runId": ["no text"], "batchId": 7, "mark": "${mark}"`,
          headers: {},
        })),
      );
      const request = JSON.stringify({ runId: 'by-hand', pipeline: 'notes', parameters: { topics: ['wells'] } });
      await engine.bus.publish([{ topic: requests, key: null, value: `${request}\n`, headers: {} }]);

      const run = await engine.endOf('by-hand');
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
        'the redriven message as a newer dead letter',
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
    'X1: a document whose id is too long for the vector store fails alone before it is sent, and the others are stored',
    async () => {
      await engine.addNotes('weirs', 5);
      const _id = 'w'.repeat(1_100);
      await engine.documents.collection('notes').insertOne({ _id, topic: 'weirs', book: 'b', text: 'A note.' });
      await engine.start(...stageNames);

      const run = await engine.endOf(await engine.requestRun('weirs', 'embeddings'));

      expect(run['totals']).toMatchObject({ documents: { succeeded: 5, failed: 1, left: 0 } });
      expect(await engine.vectors.count(engine.collection)).toBe(5);
      const failed = await engine.documents.collection('notes').findOne({ _id });
      expect(JSON.stringify(failed)).toContain('document.id-too-long');
      expect((await engine.simulator.ledger()).requests).toBe(5);
    },
    timeoutMs,
  );

  it(
    'only the work that always fails is parked, and a retry by hand completes it once the cause is removed',
    async () => {
      await engine.addNotes('dams', 40);
      await engine.start('chunk-scanner', 'jsonl-builder', 'batch-submitter', 'status-poller', 'notifier');
      const runId = await engine.requestRun('dams', 'embeddings');
      const batches = engine.state.collection('batches');
      await eventually(
        'all batches settled',
        async () => (await batches.count({ state: 'settled' })) === 4,
        600_000,
        200,
      );
      const broken = await batches.findOne({ state: 'settled' }, { sort: { _id: 1 } });
      const files = engine.state.collection('batchmill.files');
      const lost = await files.findOne({ _id: broken!['manifest'] });
      await files.deleteMany({ _id: lost!['_id'] });
      await engine.start('result-ingester');

      await eventually(
        'the broken batch parked',
        async () => (await batches.count({ parked: true })) === 1,
        600_000,
        200,
      );
      await eventually(
        'the other batches ingested',
        async () => (await batches.count({ state: 'ingested' })) === 3,
        600_000,
        200,
      );
      const parked = await command('parked', 'list', '--json');
      expect(parked.out).toContain(String(broken!['_id']));
      expect(parked.out).toContain('blobs.missing');

      await files.insertOne(lost!);
      expect((await command('parked', 'retry', String(broken!['_id']))).code).toBe(0);
      const run = await engine.endOf(runId);
      expect(run['totals']).toMatchObject({ documents: { succeeded: 40, failed: 0, left: 0 } });
      expect(await engine.vectors.count(engine.collection)).toBe(40);
    },
    timeoutMs,
  );

  it(
    'a run finishes although Kafka loses all messages in the middle of it',
    async () => {
      await engine.addNotes('locks', 40);
      await engine.start('chunk-scanner', 'jsonl-builder', 'batch-submitter');
      const runId = await engine.requestRun('locks', 'embeddings');
      const batches = engine.state.collection('batches');
      await eventually('a submitted batch', async () => (await batches.count({ state: 'submitted' })) > 0, 600_000, 50);

      await emptyKafka();
      await engine.start('status-poller', 'result-ingester', 'notifier');

      const run = await engine.endOf(runId);
      expect(run['totals']).toMatchObject({ documents: { succeeded: 40, failed: 0, left: 0 } });
      expect(await engine.simulator.ledger()).toMatchObject({ requests: 40, twice: [] });
    },
    timeoutMs,
  );

  it('the topics, including those for dead letters, can be created before any service runs', async () => {
    const { code, out } = await command('topics', 'create');

    expect(code).toBe(0);
    const created = out.trim().split('\n');
    expect(created).toEqual(expect.arrayContaining(events.map((event) => engine.topicPrefix + topicOf(event))));
    const admin = new Kafka({ brokers: [serverAddresses.kafka.replace('kafka://', '')] }).admin();
    await admin.connect();
    expect(await admin.listTopics()).toEqual(expect.arrayContaining(created));
    await admin.disconnect();
  });

  async function command(...args: string[]): Promise<CommandResult> {
    return batchmill(import.meta.dirname, args, { env: { ...engine.env } });
  }

  /** The dead letters with this key. */
  async function lettersOf(key: string): Promise<LetterJson[]> {
    const { out, err, code } = await command('dlt', 'list', '--limit', '1000', '--json');
    if (code !== 0) throw new Error(err);
    return (JSON.parse(out) as (LetterJson & { key: string | null })[]).filter((letter) => letter.key === key);
  }

  async function emptyKafka(): Promise<void> {
    const brokers = [serverAddresses.kafka.replace('kafka://', '')];
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      for (const topic of (await admin.listTopics()).filter((name) => name.startsWith(engine.topicPrefix)))
        await eventually(`${topic} to be emptied`, () => emptyTopic(admin, topic));
    } finally {
      await admin.disconnect();
    }
  }

  /** False: a broker has just created the topic, and does not serve it yet. */
  async function emptyTopic(admin: Admin, topic: string): Promise<boolean> {
    try {
      const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition }) => ({ partition, offset: '-1' }));
      await admin.deleteTopicRecords({ topic, partitions });
      return true;
    } catch (error) {
      if (error instanceof kafkajs.KafkaJSProtocolError && error.retriable) return false;
      throw error;
    }
  }
});

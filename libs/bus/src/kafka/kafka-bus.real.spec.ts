import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { describeBusContract } from '../bus.contract.js';
import type { OutgoingMessage } from '../bus.js';
import { Received, messagesOf } from '../received.contract.js';
import { kafkaClients } from './clients.contract.js';
import { KafkaBus } from './index.js';
import { OtherClient } from './other-client.contract.js';
import { LogLines } from './log-lines.contract.js';

const url = serverAddresses.kafka;
/** Others may read at the same time. */
const clientId = `test-${randomUUID()}`;

for (const client of kafkaClients) {
  describeBusContract(`KafkaBus by ${client}`, async () => ({
    open: async () =>
      KafkaBus.open({
        url,
        client,
        log: new LogLines(),
        partitions: 4,
        redeliveryPauseMs: 50,
        sessionTimeoutMs: 6_000,
      }),
    dispose: async () => undefined,
  }));
}

describe.each(kafkaClients)('KafkaBus by %s', (client) => {
  let bus: KafkaBus;
  let other: OtherClient;
  let log: LogLines;
  let topic: string;

  const message = (key: string | null, value: string | Buffer = 'value'): OutgoingMessage => ({
    topic,
    key,
    value,
    headers: {},
  });

  beforeEach(async () => {
    log = new LogLines();
    bus = await KafkaBus.open({ url, client, log, clientId, partitions: 4 });
    other = new OtherClient(url);
    topic = `test.${randomUUID()}`;
  });

  afterEach(async () => {
    await bus.close();
    await other.close();
  });

  it('Y5: a topic that another program created is described with its settings, and is left as it is', async () => {
    await other.requestTopic(topic, 3);

    const described = await eventually('the brokers know it', async () => {
      const { topics } = await bus.describe([topic], []);
      return topics.length > 0 && topics;
    });
    await other.deleteTopic(topic);

    expect(described).toEqual([
      { topic, partitions: 3, replicas: 1, maxMessageBytes: expect.any(Number), isTimedByBus: false },
    ]);
  });

  it('Y5: a topic whose name the brokers refuse is refused by trying it, too', async () => {
    await expect(bus.tryTopics(['a topic with spaces'])).rejects.toMatchObject({ code: 'bus.refused' });
  });

  describe('publishing', () => {
    it('a topic that another process has just created gets its messages once the brokers lead its partitions', async () => {
      await other.requestTopic(topic, 300);

      await bus.publish(Array.from({ length: 500 }, (_, at) => message(`key ${at}`)));

      const stored = await messagesOf(bus, topic);
      await other.deleteTopic(topic);
      expect(stored).toHaveLength(500);
    });

    it('S4: a message of a console producer, without key or headers and with a newline, is delivered unchanged', async () => {
      const received = new Received();
      await bus.ensureTopics([topic]);
      await other.send(topic, { value: '{"runId":"by-hand"}\n' });
      await bus.subscribe({ group: topic, topics: [topic], handle: received.handle });

      await received.atLeast(1);
      expect(received.messages).toEqual([
        {
          topic,
          partition: expect.any(Number),
          offset: '0',
          key: null,
          value: Buffer.from('{"runId":"by-hand"}\n'),
          headers: {},
          recordedAt: expect.any(Date),
        },
      ]);
    });

    it('R10: a message has the time of the brokers, whatever the clock of its producer says', async () => {
      await bus.ensureTopics([topic]);
      await other.send(topic, { value: 'of 1970', timestamp: '1000' });
      await other.send(topic, { value: 'of 2100', timestamp: String(Date.UTC(2100, 0)) });

      const [first, second] = (await messagesOf(bus, topic)).map(({ recordedAt }) => recordedAt.getTime());
      expect(first).toBeGreaterThan(Date.UTC(2026, 0));
      expect(second).toBeLessThan(Date.UTC(2099, 0));
    });

    it('R10: topics of others that have the time of the producer are reported', async () => {
      await other.makeTopic(topic, { 'message.timestamp.type': 'CreateTime' });
      await bus.ensureTopics([topic]);
      await bus.ensureTopics([topic]);

      expect(log.of('warn')).toEqual([expect.stringMatching(/time of the producer’s clock.*LogAppendTime/)]);
    });

    it('a key has the same partition as with other clients of Kafka', async () => {
      const keys = Array.from({ length: 30 }, (_, number) => `key ${number}`);
      await other.requestTopic(topic, 6); // by a power of two, hashes that differ in their sign have the same remainder
      await bus.publish(keys.map((key) => message(key, 'ours')));
      for (const key of keys) await other.send(topic, { key, value: 'theirs' });

      const read = await messagesOf(bus, topic);
      expect(read).toHaveLength(60);
      for (const key of keys) {
        expect(new Set(read.filter((each) => each.key === key).map(({ partition }) => partition)).size).toBe(1);
      }
    });

    it('a missing topic is created by the first message, with the partitions of the setting', async () => {
      await bus.publish([message('a')]);

      expect(await other.partitionsOf(topic)).toBe(4);
    });

    it('a deleted topic is created again by the next message', async () => {
      await bus.publish([message('a', 'before')]);
      await other.deleteTopic(topic);
      await bus.publish([message('a', 'after')]);

      expect((await messagesOf(bus, topic)).map(({ value }) => String(value))).toEqual(['after']);
    });

    it('topics get at most as many replicas as there are brokers, and the log reports it', async () => {
      await bus.ensureTopics([topic]);

      expect(log.of('warn')).toEqual(['fewer brokers than replicas expected; topics get one replica per broker']);
      expect(log.of('info')).toEqual(['topics made']);
    });

    it('a topic whose name Kafka refuses is not reported as an outage', async () => {
      await expect(bus.ensureTopics(['no spaces please'])).rejects.toMatchObject({
        kind: 'ProcessingError',
        code: 'bus.refused',
        message: expect.stringContaining('no spaces please'),
      });
    });

    it('a message that is too large is refused with its topic, and messages published concurrently are recorded', async () => {
      await bus.ensureTopics([topic]);
      const outcomes = await Promise.allSettled([
        bus.publish([message('a', '1')]),
        bus.publish([message('a', '2')]),
        bus.publish([message('a', 'x'.repeat(2_000_000))]),
        bus.publish([message('a', '3')]),
      ]);

      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect(outcomes[2]).toMatchObject({
        reason: { kind: 'ProcessingError', code: 'bus.message-too-large', message: expect.stringContaining(topic) },
      });
      expect((await messagesOf(bus, topic)).map(({ value }) => String(value))).toEqual(['1', '2', '3']);
    });

    it('one call may publish far more than one request takes', async () => {
      const text = 'x'.repeat(5_000);
      await bus.publish(Array.from({ length: 1_000 }, (_, number) => message('a', `${number} ${text}`)));

      const numbers = (await messagesOf(bus, topic)).map(({ value }) => Number.parseInt(String(value), 10));
      expect(numbers).toEqual(Array.from({ length: 1_000 }, (_, number) => number));
    });

    it('the messages of a key keep the order in which they were published, even when their publishes overlap', async () => {
      await Promise.all(Array.from({ length: 300 }, (_, number) => bus.publish([message('a', String(number))])));

      const numbers = (await messagesOf(bus, topic)).map(({ value }) => Number(value));
      expect(numbers).toEqual(Array.from({ length: 300 }, (_, number) => number));
    });
  });

  describe('reading', () => {
    it('messages of aborted transactions are not read, and the markers of transactions do not block the reader', async () => {
      await bus.publish([message('a', 'before')]);
      await other.inTransaction(topic, ['committed'], 'commit');
      await other.inTransaction(topic, ['aborted'], 'abort');

      // The brokers answer a commit before what it committed can be read.
      const read = await eventually('the end of the transactions', async () => {
        const found = (await messagesOf(bus, topic)).map(({ value }) => String(value));
        return found.length > 1 && found;
      });
      expect(read.sort()).toEqual(['before', 'committed']);
    });

    it('no reader waits for an open transaction', async () => {
      await bus.publish([message('a', 'before')]);
      const transaction = await other.beginTransaction(topic, 'open');

      expect((await messagesOf(bus, topic)).map(({ value }) => String(value))).toEqual(['before']);
      await transaction.abort();
    });

    it('deleted records are skipped', async () => {
      await bus.publish(['1', '2', '3'].map((value) => message('a', value)));
      const { partition } = (await messagesOf(bus, topic))[0] ?? { partition: -1 };
      await other.deleteRecords(topic, partition, '2');
      expect((await messagesOf(bus, topic)).map(({ value }) => String(value))).toEqual(['3']);
      await other.deleteRecords(topic, partition, '3');

      expect(await messagesOf(bus, topic)).toEqual([]);
    });

    it('a reader ends at the last message of its start, and leaves no group behind', async () => {
      await bus.publish(Array.from({ length: 50 }, (_, number) => message(null, String(number))));
      const read: string[] = [];
      for await (const { value } of bus.read(topic)) {
        read.push(String(value));
        if (read.length === 1) await bus.publish([message(null, 'later')]);
      }

      expect(read).toHaveLength(50);
      expect(read).not.toContain('later');
      expect((await other.groups()).filter((group) => group.startsWith(`${clientId}.reader.`))).toEqual([]);
    });

    it('a reader may stop early', async () => {
      await bus.publish(Array.from({ length: 50 }, (_, number) => message(null, String(number))));
      for await (const { value } of bus.read(topic)) {
        expect(String(value)).toMatch(/^\d+$/);
        break;
      }

      expect((await other.groups()).filter((group) => group.startsWith(`${clientId}.reader.`))).toEqual([]);
    });
  });

  describe('opening and closing', () => {
    it('a closed bus rejects as unavailable', async () => {
      await bus.close();

      const away = { kind: 'ConnectionError', code: 'bus.closed' };
      await expect(bus.check()).rejects.toMatchObject(away);
      await expect(bus.publish([message('a')])).rejects.toMatchObject(away);
      await expect(bus.ensureTopics([topic])).rejects.toMatchObject(away);
      await expect(messagesOf(bus, topic)).rejects.toMatchObject(away);
      await expect(bus.subscribe({ group: 'g', topics: [topic], handle: async () => undefined })).rejects.toMatchObject(
        away,
      );
    });

    it('every call reports a missing Kafka as unavailable', async () => {
      const nowhere = await KafkaBus.open({ url: 'kafka://127.0.0.1:9', client, log });
      const away = { kind: 'ConnectionError', code: 'bus.unavailable' };
      await Promise.all([
        expect(nowhere.check()).rejects.toMatchObject(away),
        expect(nowhere.publish([message('a')])).rejects.toMatchObject(away),
        expect(nowhere.ensureTopics([topic])).rejects.toMatchObject(away),
        expect(messagesOf(nowhere, topic)).rejects.toMatchObject(away),
        expect(nowhere.subscribe({ group: 'g', topics: [topic], handle: async () => undefined })).rejects.toMatchObject(
          away,
        ),
      ]);
      await nowhere.close();
    });

    it('the log never contains contents of messages', async () => {
      const received = new Received(() => Promise.reject(new Error('secret of the handler')));
      await bus.publish([message('secret key', 'secret value')]);
      await bus.subscribe({ group: topic, topics: [topic], handle: received.handle });
      await received.atLeast(2);

      expect(JSON.stringify(log.lines)).not.toContain('secret');
    });
  });
});

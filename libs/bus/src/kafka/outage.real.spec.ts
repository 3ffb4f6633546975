import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../../../../test/servers/server.js';
import type { OutgoingMessage } from '../bus.js';
import { Received, messagesOf } from '../received.contract.js';
import { kafkaClients } from './clients.contract.js';
import { KafkaBus } from './index.js';
import { LogLines } from './log-lines.contract.js';

/** Apart from the ports of the other test servers. */
const port = Number(new URL(serverAddresses.kafka).port) + 40;
const url = `kafka://127.0.0.1:${port}`;
const away = { kind: expect.stringMatching(/^(Connection|Timeout)Error$/) };
const timeoutMs = 600_000;

/** Of a broker of its own: nobody else uses it, and it is soon back, since it has few topics. */
describe.each(kafkaClients)('An outage of Kafka, seen by %s', (client) => {
  const env = { KAFKA_PORT: String(port), KAFKA_CONTROLLER_PORT: String(port + 1), KAFKA_HEAP: '256m' };
  const kafka = new Server('kafka', { at: url, env });
  let bus: KafkaBus;
  let log: LogLines;
  let topic: string;

  const message = (value: string): OutgoingMessage => ({ topic, key: value, value, headers: {} });

  /** Publishes one number after the other, each until it is recorded, as a stage republishes an event that stayed in the outbox. */
  const publishUntil = async (enough: () => boolean): Promise<string[]> => {
    const recorded: string[] = [];
    for (let number = 0; !enough(); number += 1) {
      const recordedNow = await bus.publish([message(String(number))]).then(
        () => true,
        () => false,
      );
      if (recordedNow) recorded.push(String(number));
      await delay(20); // a thousand more would show nothing more
    }
    return recorded;
  };

  beforeEach(async () => {
    await kafka.start();
    log = new LogLines();
    bus = await KafkaBus.open({ url, client, log, partitions: 4, redeliveryPauseMs: 50, sessionTimeoutMs: 6_000 });
    topic = `test.${randomUUID()}`;
    await bus.ensureTopics([topic]);
  });

  afterEach(async () => {
    await kafka.start();
    await bus.close();
  });

  afterAll(() => kafka.stop());

  it.each([
    ['freezes', () => kafka.freeze(), () => kafka.thaw()],
    ['is killed', () => kafka.kill(), () => kafka.start()],
    ['is stopped', () => kafka.stop(), () => kafka.start()],
  ])(
    'after a broker that %s is back, no recorded message is lost, and its consumers continue',
    async (_, goAway, comeBack) => {
      const received = new Received();
      const subscription = await bus.subscribe({ group: topic, topics: [topic], handle: received.handle });
      let over = false;
      const publishing = publishUntil(() => over);
      await received.atLeast(20);
      await goAway();
      // Both wait for the same half minute.
      const calls = [bus.check(), bus.publish([message('in the outage')])];
      for (const each of await Promise.allSettled(calls)) {
        expect(each).toEqual({ status: 'rejected', reason: expect.objectContaining(away) });
      }
      await comeBack();
      const before = received.messages.length;
      await eventually('the consumer goes on', () => received.messages.length > before + 20);
      over = true;
      const recorded = await publishing;

      await eventually('all came', () => recorded.every((value) => received.values().includes(value)));
      const stored = (await messagesOf(bus, topic)).map(({ partition, offset }) => `${partition}/${offset}`);
      const handled = received.messages.map(({ partition, offset }) => `${partition}/${offset}`);
      expect(new Set(handled)).toEqual(new Set(stored));
      expect(handled).toHaveLength(stored.length);
      await subscription.stop();
    },
    timeoutMs,
  );

  it.each([
    ['is stopped', () => kafka.stop(), () => kafka.start()],
    ['is frozen', () => kafka.freeze(), () => kafka.thaw()],
  ])(
    'Y5: a bus that is opened while its broker %s works once the broker is available',
    async (_, goAway, comeBack) => {
      await goAway();
      const early = await KafkaBus.open({ url, client, log });
      await expect(early.check()).rejects.toMatchObject(away);
      await comeBack();
      // A broker that has just come answers before it leads its partitions: who publishes asks again, as for any outage.
      await eventually('it is recorded', () =>
        early.publish([message('1')]).then(
          () => true,
          () => false,
        ),
      );

      expect(await messagesOf(early, topic)).not.toEqual([]);
      await early.close();
    },
    timeoutMs,
  );

  it(
    'a bus can be closed while its broker is frozen',
    async () => {
      await bus.subscribe({ group: topic, topics: [topic], handle: async () => undefined });
      await bus.publish([message('1')]);
      await kafka.freeze();
      await expect(bus.close()).resolves.toBeUndefined();
      await kafka.thaw();
    },
    timeoutMs,
  );
});

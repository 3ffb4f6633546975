/** Long because it is the whole contract of the bus in one place: a list of independent guarantees. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Received, messagesOf } from './received.contract.js';
import { deadLetterOf, deadLetterSuffix, type Bus, type OutgoingMessage } from './index.js';

export interface BusUnderTest {
  /** Opens the bus on the same data, as a new process does. A failed message is redelivered within a few seconds. */
  open(): Promise<Bus>;
  /** Called after every opened bus is closed. */
  dispose(): Promise<void>;
}

const timeoutMs = 600_000;

/** The guarantees of every adapter of the bus. Partition numbers and timings are the adapter's own. */
export function describeBusContract(name: string, make: () => Promise<BusUnderTest>): void {
  describe(`${name} keeps the contract of the bus`, () => {
    let underTest: BusUnderTest;
    let opened: Bus[];
    let bus: Bus;
    let topic: string;
    let group: string;

    const open = async () => {
      const another = await underTest.open();
      opened.push(another);
      return another;
    };
    const message = (key: string | null, value: string | Buffer | null = 'value'): OutgoingMessage => ({
      topic,
      key,
      value,
      headers: {},
    });

    beforeEach(async () => {
      underTest = await make();
      opened = [];
      bus = await open();
      topic = `contract.${randomUUID()}`;
      group = `group-${randomUUID()}`;
      await bus.ensureTopics([topic, topic + deadLetterSuffix]);
    });

    afterEach(async () => {
      for (const each of opened) await each.close();
      await underTest.dispose();
    });

    describe('publishing', () => {
      it(
        'once publish resolves, another process can read the messages',
        async () => {
          await bus.publish([message('a', '1'), message('b', '2')]);

          const other = await open();
          expect((await messagesOf(other, topic)).map((each) => each.value?.toString()).sort()).toEqual(['1', '2']);
        },
        timeoutMs,
      );

      it(
        'published messages outlive the process',
        async () => {
          await bus.publish([message('a', 'before')]);
          await bus.close();

          const later = await open();
          expect((await messagesOf(later, topic)).map((each) => each.value?.toString())).toEqual(['before']);
        },
        timeoutMs,
      );

      it(
        'bytes, keys and headers are delivered unchanged',
        async () => {
          const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
          const sent: OutgoingMessage[] = [
            { topic, key: 'bytes', value: everyByte, headers: { traceparent: '00-ab-cd-01', 'content-type': 'x/y' } },
            { topic, key: 'newline', value: '{"runId":"a"}\n', headers: {} },
            { topic, key: '', value: 'under the empty key', headers: { empty: '' } },
            { topic, key: null, value: 'without a key', headers: { accents: 'é€𝄞' } },
            { topic, key: 'nothing', value: '', headers: {} },
            { topic, key: 'tombstone', value: null, headers: {} },
          ];
          const received = new Received();
          await bus.publish(sent);
          await bus.subscribe({ group, topics: [topic], handle: received.handle });

          const handled = await received.atLeast(sent.length);
          const read = await messagesOf(bus, topic);
          for (const messages of [handled, read]) {
            expect(messages).toHaveLength(sent.length);
            for (const { key, value, headers } of sent) {
              const found = messages.find((each) => each.key === key)!;
              expect(found.value).toEqual(typeof value === 'string' ? Buffer.from(value) : value);
              expect(found.headers).toEqual(headers);
              expect(found.recordedAt.getTime()).toBeGreaterThan(0);
              expect(found.offset).toMatch(/^\d+$/);
            }
          }
        },
        timeoutMs,
      );

      it(
        'topics and groups are described, and neither that nor trying a topic creates one',
        async () => {
          const missing = `${topic}.none`;
          const received = new Received();
          await bus.tryTopics([topic, missing]);
          const before = await bus.describe([topic, missing], [group]);
          await bus.subscribe({ group, topics: [topic], handle: received.handle });
          const after = await bus.describe([topic, missing], [group]);

          expect(before.topics).toEqual([expect.objectContaining({ topic, isTimedByBus: true })]);
          expect(before.topics[0]?.partitions).toBeGreaterThan(0);
          expect(before.groups).toEqual([{ group, members: [] }]);
          expect(after.topics).toHaveLength(1);
          expect(after.groups).toEqual([{ group, members: [expect.anything()] }]);
        },
        timeoutMs,
      );

      it(
        'creating existing topics changes nothing',
        async () => {
          const keys = Array.from({ length: 20 }, (_, number) => `key ${number}`);
          await bus.publish(keys.map((key) => message(key)));
          const before = await messagesOf(bus, topic);
          await bus.ensureTopics([topic]);

          await bus.publish(keys.map((key) => message(key)));
          const after = await messagesOf(bus, topic);
          expect(after).toHaveLength(40);
          expect(after).toEqual(expect.arrayContaining(before));
          for (const key of keys) {
            expect(new Set(after.filter((each) => each.key === key).map((each) => each.partition)).size).toBe(1);
          }
        },
        timeoutMs,
      );

      it(
        'publishing an empty list does nothing, and the check succeeds',
        async () => {
          await bus.publish([]);
          await bus.check();

          expect(await messagesOf(bus, topic)).toEqual([]);
        },
        timeoutMs,
      );
    });

    describe('reading', () => {
      it(
        'reading needs no group, returns every message and keeps the order of each key',
        async () => {
          const sent = Array.from({ length: 1_200 }, (_, number) => message(`key ${number % 7}`, String(number)));
          await bus.publish(sent);

          const read = await messagesOf(bus, topic);
          expect(read).toHaveLength(1_200);
          for (let key = 0; key < 7; key += 1) {
            const numbers = read.filter((each) => each.key === `key ${key}`).map((each) => Number(each.value));
            expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
          }
          expect(new Set(read.map((each) => `${each.partition}/${each.offset}`)).size).toBe(1_200);
        },
        timeoutMs,
      );

      it(
        'an unknown topic has no messages',
        async () => {
          expect(await messagesOf(bus, `unknown.${randomUUID()}`)).toEqual([]);
        },
        timeoutMs,
      );
    });

    describe('subscribing', () => {
      it(
        'a new group starts at the oldest message, and continues with new ones',
        async () => {
          await bus.publish([message('a', 'first')]);
          const received = new Received();
          await bus.subscribe({ group, topics: [topic], handle: received.handle });
          await received.atLeast(1);
          await bus.publish([message('a', 'second')]);

          await received.atLeast(2);
          expect(received.values()).toEqual(['first', 'second']);
        },
        timeoutMs,
      );

      it(
        'messages of one key are handled in order, one at a time',
        async () => {
          let running = 0;
          let most = 0;
          const received = new Received(async () => {
            running += 1;
            most = Math.max(most, running);
            await Promise.resolve();
            running -= 1;
          });
          await bus.publish(Array.from({ length: 50 }, (_, number) => message('the key', String(number))));
          await bus.subscribe({ group, topics: [topic], handle: received.handle });

          await received.atLeast(50);
          expect(received.values()).toEqual(Array.from({ length: 50 }, (_, number) => String(number)));
          expect(most).toBe(1);
        },
        timeoutMs,
      );

      it(
        'every group gets every message',
        async () => {
          const first = new Received();
          const second = new Received();
          await bus.subscribe({ group: `${group}-1`, topics: [topic], handle: first.handle });
          await bus.subscribe({ group: `${group}-2`, topics: [topic], handle: second.handle });
          await bus.publish(['a', 'b', 'c'].map((key) => message(key, key)));

          await Promise.all([first.atLeast(3), second.atLeast(3)]);
          expect(first.values().sort()).toEqual(['a', 'b', 'c']);
          expect(second.values().sort()).toEqual(['a', 'b', 'c']);
        },
        timeoutMs,
      );

      it(
        'S5: the members of a group share its messages, and each message is delivered to a member',
        async () => {
          const received = new Received();
          await bus.subscribe({ group, topics: [topic], handle: received.handle });
          await bus.subscribe({ group, topics: [topic], handle: received.handle });
          const keys = Array.from({ length: 30 }, (_, number) => `key ${number}`);
          await bus.publish(keys.map((key) => message(key, key)));

          await received.until((messages) => keys.every((key) => messages.some((each) => each.key === key)));
          expect(new Set(received.values())).toEqual(new Set(keys));
        },
        timeoutMs,
      );

      it(
        'one subscription may have several topics',
        async () => {
          const received = new Received();
          await bus.subscribe({ group, topics: [topic, topic + deadLetterSuffix], handle: received.handle });
          await bus.publish([message('a', 'here'), { ...message('a', 'there'), topic: topic + deadLetterSuffix }]);

          await received.atLeast(2);
          expect(received.values().sort()).toEqual(['here', 'there']);
        },
        timeoutMs,
      );

      it(
        'a handler that rejects gets the same message again before the following ones',
        async () => {
          let failures = 2;
          const received = new Received(async () => {
            if (failures > 0) {
              failures -= 1;
              throw new Error('not yet');
            }
          });
          await bus.publish([message('a', '1'), message('a', '2')]);
          await bus.subscribe({ group, topics: [topic], handle: received.handle });

          await received.atLeast(4);
          expect(received.values()).toEqual(['1', '1', '1', '2']);
          expect(new Set(received.messages.slice(0, 3).map((each) => each.offset)).size).toBe(1);
        },
        timeoutMs,
      );

      it(
        'while a message waits for its redelivery, other partitions continue',
        async () => {
          const keys = Array.from({ length: 40 }, (_, number) => `key ${number}`);
          await bus.publish(keys.map((key) => message(key, key)));
          const read = await messagesOf(bus, topic);
          const failing = read[0]!;
          const others = read.filter((each) => each.partition !== failing.partition).length;
          expect(others).toBeGreaterThan(0);

          const handled = new Received();
          await bus.subscribe({
            group,
            topics: [topic],
            handle: async (each) => {
              if (each.partition === failing.partition) throw new Error('always fails');
              await handled.handle(each);
            },
          });

          await handled.atLeast(others);
          expect(handled.messages.every((each) => each.partition !== failing.partition)).toBe(true);
        },
        timeoutMs,
      );
    });

    describe('lag', () => {
      it(
        'the lag of a group is the number of messages that it has not committed, per topic',
        async () => {
          const unknown = `unknown.${randomUUID()}`;
          const lag = async () => (await bus.lag(group, [topic, unknown])).map(({ messages }) => messages);
          expect(await lag()).toEqual([0, 0]);
          await bus.publish(Array.from({ length: 20 }, (_, number) => message(`key ${number}`)));
          expect(await lag()).toEqual([20, 0]);
          const received = new Received();
          const subscription = await bus.subscribe({ group, topics: [topic], handle: received.handle });
          await received.atLeast(20);
          await subscription.stop();
          expect(await lag()).toEqual([0, 0]);
          await bus.publish([message('a'), message('b')]);

          expect(await bus.lag(group, [topic, unknown])).toEqual([
            { topic, messages: 2 },
            { topic: unknown, messages: 0 },
          ]);
          expect((await bus.lag(`${group}-other`, [topic])).map(({ messages }) => messages)).toEqual([22]);
        },
        timeoutMs,
      );
    });

    describe('stopping', () => {
      it(
        'committed messages are not delivered again to the same group after a restart',
        async () => {
          const before = new Received();
          await bus.publish([message('a', '1'), message('a', '2')]);
          const subscription = await bus.subscribe({ group, topics: [topic], handle: before.handle });
          await before.atLeast(2);
          await subscription.stop();
          await bus.close();

          const later = await open();
          const after = new Received();
          await later.publish([message('a', '3')]);
          await later.subscribe({ group, topics: [topic], handle: after.handle });
          await after.atLeast(1);
          expect(after.values()).toEqual(['3']);
        },
        timeoutMs,
      );

      it(
        'uncommitted messages are delivered again to the same group after a restart',
        async () => {
          const before = new Received(async (each) => {
            if (String(each.value) === '2') throw new Error('not this one');
          });
          await bus.publish([message('a', '1'), message('a', '2'), message('a', '3')]);
          await bus.subscribe({ group, topics: [topic], handle: before.handle });
          await before.atLeast(2);
          await bus.close();

          const later = await open();
          const after = new Received();
          await later.subscribe({ group, topics: [topic], handle: after.handle });
          await after.atLeast(2);
          expect(after.values()).toEqual(['2', '3']);
        },
        timeoutMs,
      );

      it(
        'stopping waits for the running handler, commits its message, and starts no other handler',
        async () => {
          const release = Promise.withResolvers<undefined>();
          const before = new Received(() => release.promise);
          await bus.publish([message('a', '1'), message('a', '2')]);
          const subscription = await bus.subscribe({ group, topics: [topic], handle: before.handle });
          await before.atLeast(1);
          let stopped = false;
          const stopping = subscription.stop().then(() => (stopped = true));
          await bus.check();
          expect(stopped).toBe(false);
          release.resolve(undefined);
          await stopping;

          const after = new Received();
          await bus.subscribe({ group, topics: [topic], handle: after.handle });
          await after.atLeast(1);
          expect(before.values()).toEqual(['1']);
          expect(after.values()).toEqual(['2']);
        },
        timeoutMs,
      );
    });

    describe('dead letters', () => {
      it(
        'a dead letter keeps topic, partition, offset, group, key, value bytes, headers, code and cause',
        async () => {
          const bytes = Buffer.from([0xff, 0x00, 0x7b, 0x0a]);
          await bus.publish([
            { topic, key: 'a', value: bytes, headers: { ce_id: 'event-1', traceparent: '00-ab-cd-01' } },
            { topic, key: 'tombstone', value: null, headers: {} },
          ]);
          await bus.subscribe({
            group,
            topics: [topic],
            handle: async (each) =>
              bus.publish([deadLetterOf(each, { group, code: 'message.not-json', message: 'Expected JSON.' })]),
          });
          const receivedLetters = new Received();
          await bus.subscribe({
            group: `${group}-dlt`,
            topics: [topic + deadLetterSuffix],
            handle: receivedLetters.handle,
          });

          const letters = await receivedLetters.atLeast(2);
          const originals = await messagesOf(bus, topic);
          const [original, letter] = [originals, letters].map((all) => all.find((each) => each.key === 'a')!);
          expect(letter).toMatchObject({ topic: topic + deadLetterSuffix, key: 'a', value: bytes });
          expect(letter!.headers).toEqual({
            ce_id: 'event-1',
            traceparent: '00-ab-cd-01',
            dlt_topic: topic,
            dlt_partition: String(original!.partition),
            dlt_offset: original!.offset,
            dlt_recorded_at: original!.recordedAt.toISOString(),
            dlt_group: group,
            dlt_code: 'message.not-json',
            dlt_cause: 'Expected JSON.',
          });
          expect(letters.find((each) => each.key === 'tombstone')!.headers).toMatchObject({ dlt_tombstone: 'true' });
        },
        timeoutMs,
      );
    });
  });
}

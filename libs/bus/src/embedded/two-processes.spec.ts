import { SystemClock } from '@batchmill/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Received, messagesOf } from '../received.contract.js';
import { EmbeddedBus } from './index.js';
import { OtherProcess } from '../other-process.contract.js';

const patienceMs = 240_000;

describe('An embedded bus that two processes have open', () => {
  let folder: string;
  let file: string;
  let bus: EmbeddedBus;
  let started: OtherProcess[];

  const other = (program: string) => {
    const process = OtherProcess.run(file, program);
    started.push(process);
    return process;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bus-'));
    file = join(folder, 'bus.db');
    bus = EmbeddedBus.open({ file, clock: new SystemClock(), redeliveryPauseMs: 20, lookMs: 20 });
    started = [];
  });

  afterEach(async () => {
    for (const process of started) await process.kill();
    await bus.close();
    await rm(folder, { recursive: true });
  });

  it(
    'a message whose handler was running when its process was killed comes again, the committed ones do not',
    async () => {
      await bus.publish(['1', '2', '3'].map((value) => ({ topic: 'work', key: 'a', value, headers: {} })));
      const killed = other(`
        await bus.subscribe({ group: 'workers', topics: ['work'], handle: async ({ value }) => {
          tell(String(value));
          if (String(value) === '2') await new Promise(() => {});
        }});
      `);
      expect(await killed.told(2)).toEqual(['1', '2']);
      await killed.kill();

      const received = new Received();
      await bus.subscribe({ group: 'workers', topics: ['work'], handle: received.handle });
      await received.atLeast(2);
      expect(received.values()).toEqual(['2', '3']);
    },
    patienceMs,
  );

  it(
    'one consumes at a time; the other is told who does and what to do; the right ends with the process',
    async () => {
      const consumer = other(`
        await bus.subscribe({ group: 'workers', topics: ['work'], handle: async () => {} });
        tell('subscribed');
      `);
      await consumer.told(1);
      const subscribing = { group: 'others', topics: ['work'], handle: async () => undefined };

      expect(EmbeddedBus.isConsumed(file)).toBe(true);
      await expect(bus.subscribe(subscribing)).rejects.toMatchObject({
        kind: 'ConnectionError',
        code: 'bus.already-consumed',
        message: expect.stringMatching(new RegExp(`process ${consumer.id}\\b.*Stop it first, or only publish`)),
      });

      await consumer.kill();
      expect(EmbeddedBus.isConsumed(file)).toBe(false);
      await bus.subscribe(subscribing);
      expect(EmbeddedBus.isConsumed(file)).toBe(true);
    },
    patienceMs,
  );

  it(
    'what another process publishes is noticed, in both directions',
    async () => {
      const consumer = other(`
        await bus.subscribe({ group: 'workers', topics: ['work'], handle: async ({ value }) => {
          await bus.publish([{ topic: 'answers', key: null, value: 'answer to ' + value, headers: {} }]);
          tell(String(value));
        }});
        tell('subscribed');
      `);
      await consumer.told(1);
      await bus.publish([{ topic: 'work', key: 'a', value: 'question', headers: {} }]);

      expect(await consumer.told(2)).toEqual(['subscribed', 'question']);
      expect((await messagesOf(bus, 'answers')).map(({ value }) => String(value))).toEqual(['answer to question']);
    },
    patienceMs,
  );

  it(
    'what publish resolved for is there after the publisher was killed, and its batches are whole',
    async () => {
      const publisher = other(`
        for (let number = 0; ; number += 1) {
          const half = (part) => ({ topic: 'work', key: part, value: String(number), headers: {} });
          await bus.publish([half('left'), half('right')]);
          tell(String(number));
        }
      `);
      await publisher.told(25);
      const told = await publisher.kill();

      const read = await messagesOf(bus, 'work');
      const of = (key: string) => read.filter((each) => each.key === key).map(({ value }) => String(value));
      expect(of('left').slice(0, told.length)).toEqual(told);
      expect(of('right')).toEqual(of('left'));
    },
    patienceMs,
  );

  it(
    'several processes publish at the same time and no offset is given twice',
    async () => {
      const publishers = [1, 2, 3].map((name) =>
        other(`
          for (let number = 0; number < 100; number += 1) {
            await bus.publish([{ topic: 'work', key: 'one key', value: '${name}:' + number, headers: {} }]);
          }
          await bus.close();
        `),
      );
      await Promise.all(publishers.map((publisher) => publisher.end()));

      const read = await messagesOf(bus, 'work');
      expect(read.map(({ offset }) => offset)).toEqual(Array.from({ length: 300 }, (_, offset) => String(offset)));
      for (const name of ['1', '2', '3']) {
        const numbers = read.map(({ value }) => String(value).split(':')).filter(([by]) => by === name);
        expect(numbers.map(([, number]) => number)).toEqual(Array.from({ length: 100 }, (_, number) => String(number)));
      }
    },
    patienceMs,
  );

  it(
    'a full disk is said to be full, keeps what was recorded and nothing of the batch that did not fit',
    async () => {
      const small = join(folder, 'small');
      await mkdir(small);
      const process = OtherProcess.runOnSmallDisk(
        small,
        join(small, 'bus.db'),
        `
          tell('mounted');
          const batch = [1, 2, 3].map(() => ({ topic: 'work', key: 'a', value: 'x'.repeat(20_000), headers: {} }));
          let recorded = 0;
          const error = await (async () => { for (;;) { await bus.publish(batch); recorded += 3; } })().catch((caught) => caught);
          tell([error.kind, error.code, error.message.includes(file)].join(' '));
          let read = 0;
          for await (const message of bus.read('work')) read += message.value.length === 20_000 ? 1 : 0;
          tell(recorded > 0 && read === recorded ? 'nothing more, nothing less' : 'recorded ' + recorded + ', read ' + read);
        `,
      );
      const told = await process.end();
      if (told[0] !== 'mounted') {
        console.warn('Skipped: this machine does not allow a small disk to be mounted.');
        return;
      }

      expect(told.slice(1)).toEqual(['ConnectionError bus.disk-full true', 'nothing more, nothing less']);
    },
    patienceMs,
  );
});

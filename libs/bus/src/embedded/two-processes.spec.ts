import { SystemClock } from '@batchmill/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Received, messagesOf } from '../received.contract.js';
import { EmbeddedBus } from './index.js';
import { OtherProcess } from '../other-process.contract.js';

const timeoutMs = 600_000;

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
    bus = EmbeddedBus.open({ file, clock: new SystemClock(), redeliveryPauseMs: 20, pollMs: 20 });
    started = [];
  });

  afterEach(async () => {
    for (const process of started) await process.kill();
    await bus.close();
    await rm(folder, { recursive: true });
  });

  it(
    'a message whose handler was running when its process was killed is redelivered, the committed ones are not',
    async () => {
      await bus.publish(['1', '2', '3'].map((value) => ({ topic: 'work', key: 'a', value, headers: {} })));
      const killed = other(`
        await bus.subscribe({ group: 'workers', topics: ['work'], handle: async ({ value }) => {
          print(String(value));
          if (String(value) === '2') await new Promise(() => {});
        }});
      `);
      expect(await killed.printed(2)).toEqual(['1', '2']);
      await killed.kill();

      const received = new Received();
      await bus.subscribe({ group: 'workers', topics: ['work'], handle: received.handle });
      await received.atLeast(2);
      expect(received.values()).toEqual(['2', '3']);
    },
    timeoutMs,
  );

  it(
    'one process consumes at a time; the error of another names it and says what to do; its lock ends with it',
    async () => {
      const consumer = other(`
        await bus.subscribe({ group: 'workers', topics: ['work'], handle: async () => {} });
        print('subscribed');
      `);
      await consumer.printed(1);
      const options = { group: 'others', topics: ['work'], handle: async () => undefined };

      expect(EmbeddedBus.isConsumed(file)).toBe(true);
      await expect(bus.subscribe(options)).rejects.toMatchObject({
        kind: 'ConnectionError',
        code: 'bus.already-consumed',
        message: expect.stringMatching(new RegExp(`process ${consumer.id}\\b.*Stop it first, or only publish`)),
      });

      await consumer.kill();
      expect(EmbeddedBus.isConsumed(file)).toBe(false);
      await bus.subscribe(options);
      expect(EmbeddedBus.isConsumed(file)).toBe(true);
    },
    timeoutMs,
  );

  it(
    'messages of another process are received, in both directions',
    async () => {
      const consumer = other(`
        await bus.subscribe({ group: 'workers', topics: ['work'], handle: async ({ value }) => {
          await bus.publish([{ topic: 'answers', key: null, value: 'answer to ' + value, headers: {} }]);
          print(String(value));
        }});
        print('subscribed');
      `);
      await consumer.printed(1);
      await bus.publish([{ topic: 'work', key: 'a', value: 'question', headers: {} }]);

      expect(await consumer.printed(2)).toEqual(['subscribed', 'question']);
      expect((await messagesOf(bus, 'answers')).map(({ value }) => String(value))).toEqual(['answer to question']);
    },
    timeoutMs,
  );

  it(
    'published messages survive the kill of the publisher, and none of its batches is incomplete',
    async () => {
      const publisher = other(`
        for (let number = 0; ; number += 1) {
          const half = (part) => ({ topic: 'work', key: part, value: String(number), headers: {} });
          await bus.publish([half('left'), half('right')]);
          print(String(number));
        }
      `);
      await publisher.printed(25);
      const published = await publisher.kill();

      const read = await messagesOf(bus, 'work');
      const of = (key: string) => read.filter((each) => each.key === key).map(({ value }) => String(value));
      expect(of('left').slice(0, published.length)).toEqual(published);
      expect(of('right')).toEqual(of('left'));
    },
    timeoutMs,
  );

  it(
    'several processes publish at the same time, and no offset is used twice',
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
    timeoutMs,
  );

  it(
    'a full disk is reported as such; it keeps the recorded batches, and nothing of the one that did not fit',
    async () => {
      const small = join(folder, 'small');
      await mkdir(small);
      const process = OtherProcess.runOnSmallDisk(
        small,
        join(small, 'bus.db'),
        `
          print('mounted');
          const batch = [1, 2, 3].map(() => ({ topic: 'work', key: 'a', value: 'x'.repeat(20_000), headers: {} }));
          let recorded = 0;
          const error = await (async () => { for (;;) { await bus.publish(batch); recorded += 3; } })().catch((caught) => caught);
          print([error.kind, error.code, error.message.includes(file)].join(' '));
          let read = 0;
          for await (const message of bus.read('work')) read += message.value.length === 20_000 ? 1 : 0;
          print(recorded > 0 && read === recorded ? 'nothing more, nothing less' : 'recorded ' + recorded + ', read ' + read);
        `,
      );
      const lines = await process.end();
      if (lines[0] !== 'mounted') {
        console.warn('Skipped: this machine does not allow a small disk to be mounted.');
        return;
      }

      expect(lines.slice(1)).toEqual(['ConnectionError bus.disk-full true', 'nothing more, nothing less']);
    },
    timeoutMs,
  );
});

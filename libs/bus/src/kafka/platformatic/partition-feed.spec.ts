import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@batchmill/testing';
import type { IncomingMessage } from '../../bus.js';
import { PartitionWorker } from '../partition-worker.js';
import { PartitionFeed } from './partition-feed.js';
import { Slots } from './slots.js';

describe('The feed of a partition', () => {
  let handled: string[];
  let committed: string[];
  let held: PromiseWithResolvers<undefined>;
  let feed: PartitionFeed;

  const message = (offset: string, value = 'x'): IncomingMessage => ({
    ...{ topic: 'work', partition: 0, offset, key: null, headers: {}, recordedAt: new Date(0) },
    value: Buffer.from(value),
  });
  const many = (from: number, count: number) => Array.from({ length: count }, (_, at) => message(String(from + at)));

  beforeEach(() => {
    [handled, committed, held] = [[], [], Promise.withResolvers()];
    const worker = new PartitionWorker({
      handle: async ({ offset }) => {
        handled.push(offset);
        await held.promise;
      },
      commit: async (each) => {
        if (!feed.isDelivering(each)) throw new Error('it is not delivered');
        committed.push(each.offset);
      },
      redeliveryPauseMs: 1,
    });
    const options = { topic: 'work', partition: 0, next: 0n, worker, slots: new Slots(1) };
    feed = new PartitionFeed({ ...options, onHungry: () => undefined, onPause: () => undefined });
  });

  it('messages are handled one at a time in their order, and each is committed', async () => {
    feed.add(many(0, 3), { from: 0n, next: 3n });
    await eventually('the first is handled', () => handled.length === 1);
    const before = [...handled];
    held.resolve(undefined);

    await eventually('all are committed', () => committed.length === 3);
    expect([before, handled, committed]).toEqual([['0'], ['0', '1', '2'], ['0', '1', '2']]);
  });

  it('it wants no more messages while many wait, by their number and by their bytes', () => {
    const wanted = [feed.isHungry()];
    feed.add(many(0, 600), { from: 0n, next: 600n });
    wanted.push(feed.isHungry());
    feed.beginAgain();
    wanted.push(feed.isHungry());
    feed.add([message('0', 'x'.repeat(2_000_000))], { from: 0n, next: 1n });

    expect([...wanted, feed.isHungry()]).toEqual([true, false, true, false]);
  });

  it('an ended feed commits what is being handled, and delivers nothing else', async () => {
    feed.add(many(0, 3), { from: 0n, next: 3n });
    await eventually('the first is handled', () => handled.length === 1);
    feed.end();
    held.resolve(undefined);

    await eventually('it is committed', () => committed.length === 1);
    expect(handled).toEqual(['0']);
  });

  it('a message of a topic that was created again meanwhile is not committed, and the new ones are handled', async () => {
    feed.add(many(0, 3), { from: 0n, next: 3n });
    await eventually('the first is handled', () => handled.length === 1);
    feed.beginAgain();
    feed.add([message('3')], { from: 3n, next: 4n });
    held.resolve(undefined);
    feed.add([{ ...message('0'), recordedAt: new Date(1) }], { from: 0n, next: 1n });

    await eventually('the new one is committed', () => committed.length === 1);
    expect([handled, committed, feed.next]).toEqual([['0', '0'], ['0'], 1n]);
  });
});

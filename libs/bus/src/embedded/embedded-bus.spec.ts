import { Clock, SystemClock } from '@batchmill/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBusContract } from '../bus.contract.js';
import type { OutgoingMessage } from '../bus.js';
import { deadLetterSuffix } from '../dead-letter.js';
import { Received, messagesOf } from '../received.contract.js';
import { EmbeddedBus, type EmbeddedBusOptions } from './index.js';

describeBusContract('The embedded bus', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bus-'));
  return {
    open: async () =>
      EmbeddedBus.open({ file: join(folder, 'bus.db'), clock: new SystemClock(), redeliveryPauseMs: 20, pollMs: 20 }),
    dispose: () => rm(folder, { recursive: true }),
  };
});

/** Never advances. Every pause ends at once, and its length is recorded. */
class StandingClock extends Clock {
  readonly pauses: number[] = [];
  now = () => new Date('2026-01-02T03:04:05.678Z');
  sleep = async (ms: number, signal?: AbortSignal) => {
    this.pauses.push(signal?.aborted ? 0 : ms);
  };
}

describe('The embedded bus', () => {
  let folder: string;
  let file: string;
  let clock: StandingClock;
  let opened: EmbeddedBus[];

  const open = (options: Partial<EmbeddedBusOptions> = {}) => {
    const bus = EmbeddedBus.open({ file, clock, ...options });
    opened.push(bus);
    return bus;
  };
  const message = (key: string | null, value = 'value'): OutgoingMessage => ({
    topic: 'work',
    key,
    value,
    headers: {},
  });
  const keyless = (count: number) => Array.from({ length: count }, (_, number) => message(null, String(number)));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bus-'));
    file = join(folder, 'home', 'bus.db');
    clock = new StandingClock();
    opened = [];
  });

  afterEach(async () => {
    for (const bus of opened) await bus.close();
    await rm(folder, { recursive: true });
  });

  describe('purging', () => {
    const later = new Date('2026-01-03T00:00:00Z');
    const all = { recordedBefore: later };
    const letter = (value: string): OutgoingMessage => ({ ...message('k', value), topic: `work${deadLetterSuffix}` });
    const consumed = async (bus: EmbeddedBus, group: string, count: number): Promise<void> => {
      const received = new Received();
      const subscription = await bus.subscribe({ group, topics: ['work'], handle: received.handle });
      await received.atLeast(count);
      await subscription.stop();
    };

    it('R12: a message goes once every group of its topic has committed it, and not before', async () => {
      const bus = open();
      await bus.publish([message('a', '1'), message('b', '2')]);
      expect(await bus.purge(all)).toBe(0);

      await consumed(bus, 'one', 2);
      await bus.publish([message('a', '3')]);

      expect(await bus.purge({ ...all, isDryRun: true })).toBe(2);
      expect(await messagesOf(bus, 'work')).toHaveLength(3);
      expect(await bus.purge(all)).toBe(2);
      expect((await messagesOf(bus, 'work')).map(({ value }) => String(value))).toEqual(['3']);
      expect(await bus.lag('one', ['work'])).toEqual([{ topic: 'work', messages: 1 }]);
      await consumed(bus, 'one', 1);
    });

    it('R12: a message stays while one of two groups has it to come, also one that has never handled any', async () => {
      const bus = open();
      const failing = new Received(() => Promise.reject(new Error('not yet')));
      const subscription = await bus.subscribe({ group: 'slow', topics: ['work'], handle: failing.handle });
      await bus.publish([message('a', '1')]);
      await failing.atLeast(1);
      await subscription.stop();
      await consumed(bus, 'quick', 1);

      expect(await bus.purge(all)).toBe(0);
      await consumed(bus, 'slow', 1);
      expect(await bus.purge(all)).toBe(1);
    });

    it('R12: dead letters go by their age, and only those that match where that is asked', async () => {
      const bus = open();
      await bus.publish([letter('about person-7'), letter('about person-8')]);

      expect(await bus.purge({ recordedBefore: clock.now() })).toBe(0);
      expect(await bus.purge({ ...all, matching: ({ value }) => String(value).includes('person-7') })).toBe(1);
      expect((await messagesOf(bus, `work${deadLetterSuffix}`)).map(({ value }) => String(value))).toEqual([
        'about person-8',
      ]);
      expect(await bus.purge(all)).toBe(1);
    });

    it('offsets are not given again after a purge', async () => {
      const bus = open({ partitions: 1 });
      await bus.publish([message('a', '1')]);
      await consumed(bus, 'one', 1);
      await bus.purge(all);
      await bus.publish([message('a', '2')]);

      expect((await messagesOf(bus, 'work')).map(({ offset }) => offset)).toEqual(['1']);
      await consumed(bus, 'one', 1);
    });

    it('R12: the file does not hold what was purged once it is compacted', async () => {
      const bus = open();
      await bus.publish([letter('MARKER-OF-A-PERSON')]);
      await bus.purge(all);
      await bus.compact();
      await bus.close();

      for (const name of await readdir(join(folder, 'home'))) {
        expect(String(await readFile(join(folder, 'home', name)))).not.toContain('MARKER-OF-A-PERSON');
      }
    });
  });

  it('messages without a key go to all partitions in turn; offsets count from 0 in each', async () => {
    const bus = open({ partitions: 3 });
    await bus.publish(keyless(7));

    const positions = (await messagesOf(bus, 'work')).map(({ partition, offset }) => `${partition}/${offset}`);
    expect(positions).toEqual(['0/0', '1/0', '2/0', '0/1', '1/1', '2/1', '0/2']);
  });

  it('a topic keeps the partitions it was created with', async () => {
    await open({ partitions: 1 }).ensureTopics(['work']);
    const bus = open({ partitions: 8 });
    await bus.ensureTopics(['work']);
    await bus.publish(keyless(5));

    expect((await messagesOf(bus, 'work')).map(({ partition }) => partition)).toEqual([0, 0, 0, 0, 0]);
  });

  it('a message has the time of the clock', async () => {
    const bus = open();
    await bus.publish([message('a')]);

    expect((await messagesOf(bus, 'work'))[0]!.recordedAt).toEqual(clock.now());
  });

  it('R10: a message has no earlier time than one before it, also of a process whose clock is behind', async () => {
    await open().publish([message('a')]);
    const behind = open({
      clock: new (class extends StandingClock {
        override now = () => new Date(0);
      })(),
    });

    await behind.publish([{ ...message('b'), topic: 'other' }]);

    const [[first], [second]] = [await messagesOf(behind, 'work'), await messagesOf(behind, 'other')];
    expect(second!.recordedAt).toEqual(first!.recordedAt);
  });

  it('the partitions of a topic are consumed concurrently', async () => {
    const bus = open({ partitions: 4 });
    const release = Promise.withResolvers<undefined>();
    const received = new Received(() => release.promise);
    await bus.publish(keyless(8));
    await bus.subscribe({ group: 'workers', topics: ['work'], handle: received.handle });

    await received.atLeast(4);
    expect(new Set(received.messages.map(({ partition }) => partition))).toEqual(new Set([0, 1, 2, 3]));
    release.resolve(undefined);
    await received.atLeast(8);
  });

  it('S5: the members of a group share its messages, and the remaining ones take over when one stops', async () => {
    const bus = open({ partitions: 4 });
    const [first, second] = [new Received(), new Received()];
    const stops = await bus.subscribe({ group: 'workers', topics: ['work'], handle: first.handle });
    await bus.subscribe({ group: 'workers', topics: ['work'], handle: second.handle });
    await bus.publish(keyless(8));
    await Promise.all([first.atLeast(4), second.atLeast(4)]);
    await stops.stop();
    await bus.publish(keyless(8));

    await second.atLeast(12);
    expect([first.messages.length, second.messages.length]).toEqual([4, 12]);
  });

  it('a message that fails repeatedly is redelivered after growing pauses, and a new one does not shorten them', async () => {
    const bus = open({ partitions: 1, redeliveryPauseMs: 100 });
    const received = new Received(async ({ value }) => {
      if (String(value) !== 'bad') return;
      await bus.publish([message('a', 'good')]);
      if (received.messages.length < 8) throw new Error('still bad');
    });
    await bus.publish([message('a', 'bad')]);
    await bus.subscribe({ group: 'workers', topics: ['work'], handle: received.handle });

    await received.atLeast(9);
    expect(received.values().slice(0, 9)).toEqual([...Array.from({ length: 8 }, () => 'bad'), 'good']);
    expect(clock.pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 3_200]);
  });

  it('stopping does not wait for the pause of a failed message', async () => {
    const bus = open({ clock: new SystemClock(), redeliveryPauseMs: 3_600_000 });
    const received = new Received(() => Promise.reject(new Error('always')));
    await bus.publish([message('a')]);
    await bus.subscribe({ group: 'workers', topics: ['work'], handle: received.handle });
    await received.atLeast(1);

    await bus.close();
    expect(received.messages).toHaveLength(1);
  });

  it('a long backlog does not block timers', async () => {
    const bus = open({ partitions: 1 });
    const received = new Received();
    await bus.publish(keyless(200));
    const timer = Promise.withResolvers<number>();
    setTimeout(() => timer.resolve(received.messages.length), 1);
    await bus.subscribe({ group: 'workers', topics: ['work'], handle: received.handle });

    expect(await timer.promise).toBeLessThan(200);
    await received.atLeast(200);
  });

  it('messages of another connection are received', async () => {
    const received = new Received();
    await open({ pollMs: 5 }).subscribe({ group: 'workers', topics: ['work'], handle: received.handle });
    await open().publish([message('a', 'from another connection')]);

    await received.atLeast(1);
    expect(received.values()).toEqual(['from another connection']);
  });

  it('when a process stops consuming, another one may consume', async () => {
    const [first, second] = [open(), open()];
    const options = { group: 'workers', topics: ['work'], handle: async () => undefined };
    expect(EmbeddedBus.isConsumed(file)).toBe(false);
    const subscription = await first.subscribe(options);
    await first.subscribe({ ...options, group: 'others' }).then((another) => another.stop());
    expect(EmbeddedBus.isConsumed(file)).toBe(true);
    await expect(second.subscribe(options)).rejects.toMatchObject({ code: 'bus.already-consumed' });
    await subscription.stop();

    expect(EmbeddedBus.isConsumed(file)).toBe(false);
    await second.subscribe(options);
    expect(EmbeddedBus.isConsumed(file)).toBe(true);
  });

  it('a bus can become the consumer before anything is subscribed, and stays it until it is closed', async () => {
    const [first, second] = [open(), open()];
    const options = { group: 'workers', topics: ['work'], handle: async () => undefined };
    first.keepConsuming();
    expect(() => second.keepConsuming()).toThrow(expect.objectContaining({ code: 'bus.already-consumed' }));
    await first.subscribe(options).then((subscription) => subscription.stop());
    expect(EmbeddedBus.isConsumed(file)).toBe(true);
    await first.close();

    second.keepConsuming();
    expect(EmbeddedBus.isConsumed(file)).toBe(true);
  });

  it('a bus that was never opened is not consumed', () => {
    expect(EmbeddedBus.isConsumed(join(folder, 'nowhere', 'bus.db'))).toBe(false);
  });

  it('a closed bus rejects as if it were unavailable', async () => {
    const bus = open();
    await bus.close();

    const closed = { kind: 'ConnectionError', code: 'bus.closed' };
    await expect(bus.check()).rejects.toMatchObject(closed);
    await expect(bus.publish([message('a')])).rejects.toMatchObject(closed);
    await expect(bus.subscribe({ group: 'g', topics: ['work'], handle: async () => undefined })).rejects.toMatchObject(
      closed,
    );
  });

  it('the error for a file that is no database names the file', async () => {
    file = join(folder, 'letter.db');
    await writeFile(file, 'This is a letter to a friend, and not a database at all. '.repeat(50));

    expect(() => open()).toThrow(
      expect.objectContaining({
        kind: 'ConnectionError',
        code: 'bus.unavailable',
        message: expect.stringContaining(file),
      }),
    );
  });
});

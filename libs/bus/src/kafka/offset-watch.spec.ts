import { beforeEach, describe, expect, it } from '@jest/globals';
import { OffsetWatch, type CommittedOffset } from './offset-watch.js';

describe('The watch over committed offsets', () => {
  let now: Record<number, bigint | null>;
  let watch: OffsetWatch;

  const vanished = async () => (await watch.vanished()).map(({ partition }) => partition);
  const committed = (): CommittedOffset[] =>
    Object.entries(now).map(([partition, next]) => ({ topic: 'work', partition: Number(partition), next }));

  beforeEach(() => {
    now = { 0: null, 1: 5n };
    watch = new OffsetWatch(async () => committed());
  });

  it('offsets that were never committed or that grow are fine', async () => {
    expect(await vanished()).toEqual([]);
    now = { 0: 1n, 1: 6n };

    expect(await vanished()).toEqual([]);
  });

  it('an offset that was committed before the watch is reported once when it is lost', async () => {
    await watch.vanished();
    now = { 0: null, 1: null };

    expect(await vanished()).toEqual([1]);
    expect(await vanished()).toEqual([]);
  });

  it('an offset that this member committed is reported when it is lost or lower', async () => {
    watch.note('work', 0, 3n);
    watch.note('work', 1, 7n);
    now = { 0: null, 1: 6n };

    expect(await vanished()).toEqual([0, 1]);
  });

  it('an offset that is committed during the check is not reported', async () => {
    watch = new OffsetWatch(async () => {
      const asked = committed();
      watch.note('work', 1, 9n);
      return asked;
    });
    expect(await vanished()).toEqual([]);
  });

  it('a rebalance resets the watch', async () => {
    await watch.vanished();
    watch.forget();
    now = { 0: null, 1: 2n };

    expect(await vanished()).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from '../bus.js';
import { PartitionWorker } from './partition-worker.js';

describe('The work on one partition', () => {
  let handled: string[];
  let committed: string[];
  let isCommitLost: boolean;
  let isBad: boolean;
  let worker: PartitionWorker;

  const message = (offset: string, recordedAt = new Date(0)): IncomingMessage => ({
    topic: 'work',
    partition: 0,
    offset,
    key: null,
    value: null,
    headers: {},
    recordedAt,
  });

  beforeEach(() => {
    [handled, committed, isCommitLost, isBad] = [[], [], false, false];
    worker = new PartitionWorker({
      handle: async ({ offset }) => {
        handled.push(offset);
        if (isBad) throw new Error('not yet');
      },
      commit: async ({ offset }) => {
        if (isCommitLost) throw new Error('the group is rebalancing');
        committed.push(offset);
      },
      redeliveryPauseMs: 100,
    });
  });

  it('a message is committed after it is handled', async () => {
    expect(await worker.deliver(message('7'))).toBeNull();
    expect([handled, committed]).toEqual([['7'], ['7']]);
  });

  it('a failing message is redelivered after growing pauses, and the next failing one after a short pause', async () => {
    isBad = true;
    const pauses = [await worker.deliver(message('7')), await worker.deliver(message('7'))];
    isBad = false;
    await worker.deliver(message('7'));
    isBad = true;

    expect([...pauses, await worker.deliver(message('8'))]).toEqual([100, 200, 100]);
    expect([handled, committed]).toEqual([['7', '7', '7', '8'], ['7']]);
  });

  it('a redelivered message whose commit was lost is only committed', async () => {
    isCommitLost = true;
    expect(await worker.deliver(message('7'))).toBe(100);
    isCommitLost = false;

    expect(await worker.deliver(message('7'))).toBeNull();
    expect([handled, committed]).toEqual([['7'], ['7']]);
  });

  it('another message at the same offset, in a topic that was created again, is handled', async () => {
    await worker.deliver(message('0'));
    await worker.deliver(message('0', new Date(1)));

    expect(handled).toEqual(['0', '0']);
  });
});

import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { CallSlots } from './call-slots.js';

describe('CallSlots', () => {
  it('runs no more tasks at a time than there are slots, and starts them in order', async () => {
    const slots = new CallSlots(3);
    const started: number[] = [];
    let [running, most] = [0, 0];
    await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        slots.run(async () => {
          started.push(number);
          most = Math.max(most, ++running);
          await turn();
          running -= 1;
        }),
      ),
    );

    expect(most).toBe(3);
    expect(started).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });

  it('a task that fails releases its slot', async () => {
    const slots = new CallSlots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');

    await expect(slots.run(async () => 'done')).resolves.toBe('done');
  });
});

import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { CallSlots } from './call-slots.js';

describe('slots for calls', () => {
  it('no more works than there are slots go on at a time, and each begins in its turn', async () => {
    const slots = new CallSlots(3);
    const begun: number[] = [];
    let [under, most] = [0, 0];
    await Promise.all(
      Array.from({ length: 20 }, (_, number) =>
        slots.run(async () => {
          begun.push(number);
          most = Math.max(most, ++under);
          await turn();
          under -= 1;
        }),
      ),
    );

    expect(most).toBe(3);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, number) => number));
  });

  it('a work that fails gives its slot back', async () => {
    const slots = new CallSlots(1);
    await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');

    await expect(slots.run(async () => 'done')).resolves.toBe('done');
  });
});

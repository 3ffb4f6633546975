import { describe, expect, it } from '@jest/globals';
import { partitionOf } from './message-log.js';

describe('the partition of a key', () => {
  it('never changes, because the files depend on it', () => {
    const keys = ['', 'a', 'run-1', '5f1c9f6e-3c0b-4f0a-9d3e-8b3f1f1c2d4e', 'é€𝄞'];

    expect(keys.map((key) => partitionOf(key, 4))).toEqual([0, 3, 3, 0, 2]);
  });

  it('spreads keys that differ only in a number evenly', () => {
    const counts = [0, 0, 0, 0];
    for (let number = 0; number < 1_000; number += 1) {
      const partition = partitionOf(`2f0c7a-${number}`, 4);
      counts[partition] = counts[partition]! + 1;
    }

    for (const count of counts) expect(count).toBeGreaterThan(200);
  });
});

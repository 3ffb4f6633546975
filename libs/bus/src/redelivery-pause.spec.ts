import { describe, expect, it } from '@jest/globals';
import { redeliveryPause } from './redelivery-pause.js';

describe('The pause before a redelivery', () => {
  it('X2: the pause before a redelivery doubles with every failure, up to 32 times the first pause', () => {
    const pauses = Array.from({ length: 8 }, (_, index) => redeliveryPause(1000, index + 1));

    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 32_000, 32_000]);
  });

  it('stays bounded after thousands of failures', () => {
    expect(redeliveryPause(1000, 5_000)).toBe(32_000);
  });
});

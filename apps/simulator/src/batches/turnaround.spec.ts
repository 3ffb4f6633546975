import { describe, expect, it } from '@jest/globals';
import { drawTurnaround, parseTurnaround } from './turnaround.js';

describe('turnaround', () => {
  it('is read as a time or as measured', () => {
    expect(['0', '5s', '10m', '1.5h', '7'].map(parseTurnaround)).toEqual(
      [0, 5, 600, 5_400, 7].map((seconds) => ({ kind: 'fixed', seconds })),
    );
    expect(parseTurnaround('measured')).toEqual({ kind: 'measured' });
  });

  it.each(['', 'soon', '-5s', '5d', 's'])('%j is refused with what was expected', (text) => {
    expect(() => parseTurnaround(text)).toThrow(/expected measured, or a time/);
  });

  it('measured: as in 2,000 measured batches', () => {
    const drawn = Array.from({ length: 2_000 }, (_, batch) => drawTurnaround({ kind: 'measured' }, 7, batch));
    const seconds = drawn.map((one) => one.seconds).sort((left, right) => left - right);
    const validating = drawn.map((one) => one.validatingSeconds).sort((left, right) => left - right);

    const quarter = seconds.filter((one) => one >= 170 && one <= 230).length;
    expect(quarter / 2_000).toBeGreaterThan(0.2);
    expect(quarter / 2_000).toBeLessThan(0.3);
    expect(seconds.filter((one) => one <= 430).length / 2_000).toBeCloseTo(0.5, 1);
    expect(seconds[1_800]! / 3_600).toBeGreaterThan(9);
    expect(seconds.at(-1)! / 3_600).toBeLessThanOrEqual(9.8);
    expect(validating[1_000]).toBeLessThan(3);
    expect(validating[1_800]! / 61).toBeCloseTo(1, 0);
  });

  it('the same seed draws the same, another seed another', () => {
    const draw = (seed: number): number => drawTurnaround({ kind: 'measured' }, seed, 3).seconds;

    expect(draw(1)).toBe(draw(1));
    expect(draw(1)).not.toBe(draw(2));
  });
});

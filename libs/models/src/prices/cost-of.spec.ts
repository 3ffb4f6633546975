import { describe, expect, it } from '@jest/globals';
import { costOf, priceOf } from './cost-of.js';
import { priceBook } from './price-book.js';

const now = new Date('2025-11-01T00:00:00Z');
const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };

describe('prices', () => {
  it.each<[string, number, number]>([
    ['text-embedding-3-small', 0.02, 0],
    ['text-embedding-3-large', 0.13, 0],
    ['text-embedding-ada-002', 0.1, 0],
    ['gpt-4o-mini', 0.15, 0.6],
    ['gpt-4o', 2.5, 10],
    ['gpt-4.1', 2, 8],
    ['gpt-4.1-mini', 0.4, 1.6],
    ['gpt-4.1-nano', 0.1, 0.4],
    ['gpt-5', 1.25, 10],
    ['gpt-5-mini', 0.25, 2],
    ['gpt-5-nano', 0.05, 0.4],
  ])('M1: %s costs %d and %d per million tokens', (model, inputUsd, outputUsd) => {
    expect(priceOf(model, now)).toMatchObject({ inputUsd, outputUsd });
  });

  it('M1: a batch costs half', () => {
    for (const { model } of priceBook) {
      expect(costOf(model, million, now, 'batch')).toBeCloseTo(
        (costOf(model, million, now, 'synchronous') ?? NaN) / 2,
        12,
      );
    }
    expect(costOf('gpt-4o', million, now, 'batch')).toBe(6.25);
  });

  it('a dated name has the price of its model, unless it has one of its own', () => {
    expect(priceOf('gpt-4o-mini-2024-07-18', now)?.model).toBe('gpt-4o-mini');
    expect(priceOf('gpt-4o-2024-08-06', now)).toMatchObject({ inputUsd: 2.5, outputUsd: 10 });
    expect(priceOf('gpt-4o-2024-05-13', now)).toMatchObject({ inputUsd: 5, outputUsd: 15 });
  });

  it('the price of the given day applies', () => {
    expect(priceOf('gpt-4o', new Date('2024-10-01T23:59:59Z'))?.inputUsd).toBe(5);
    expect(priceOf('gpt-4o', new Date('2024-10-02T00:00:00Z'))?.inputUsd).toBe(2.5);
    expect(priceOf('gpt-4o', new Date('2023-01-01'))).toBeNull();
  });

  it('an unknown model has no price: its cost is unknown, not zero', () => {
    expect(priceOf('gpt-4o-audio-preview', now)).toBeNull();
    expect(costOf('my-own', million, now, 'batch')).toBeNull();
  });

  it('overrides take precedence from their day on', () => {
    const overrides = [
      { model: 'gpt-4o', from: '2025-10-01', inputUsd: 1, outputUsd: 2 },
      { model: 'my-own', from: '2025-01-01', inputUsd: 3, outputUsd: 0 },
    ];

    expect(costOf('gpt-4o', million, now, 'synchronous', overrides)).toBe(3);
    expect(costOf('gpt-4o', million, new Date('2025-09-30'), 'synchronous', overrides)).toBe(12.5);
    expect(costOf('my-own', million, now, 'batch', overrides)).toBe(1.5);
  });
});

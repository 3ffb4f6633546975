import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { builtInPricesVersion } from './built-in-prices.js';
import { PriceBook } from './price-book.js';

const now = new Date('2026-11-01T12:00:00Z');
const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
const openAi = new PriceBook({ provider: 'openai' });

describe('the price book', () => {
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
    ['gpt-5.1', 1.25, 10],
    ['gpt-6-sol', 2, 10],
  ])('M1: %s costs %d and %d per million tokens', (model, inputUsd, outputUsd) => {
    expect(openAi.priceOf(model, now)).toMatchObject({ inputUsd, outputUsd });
  });

  it('M1: a batch costs half, and flex where the model has it too', () => {
    expect(openAi.costOf('gpt-4o', million, now, 'standard')).toBe(12_500_000_000);
    expect(openAi.costOf('gpt-4o', million, now, 'batch')).toBe(6_250_000_000);
    expect(openAi.costOf('gpt-5', million, now, 'flex')).toBe(5_625_000_000);
  });

  it('M1: another provider has prices and a rate of batches of its own', () => {
    const other = new PriceBook({ provider: 'azure', batchRate: 0.6 });

    expect(other.costOf('gpt-4o', million, now, 'batch')).toBe(7_500_000_000);
  });

  it('M1: what is read from the cache of prompts costs its own price', () => {
    const usage = { inputTokens: 3000, cachedTokens: 1000, outputTokens: 0 };

    // 2,000 tokens of 2.5 dollars and 1,000 of 1.25 dollars per million.
    expect(openAi.costOf('gpt-4o', usage, now, 'standard')).toBe(6_250_000);
  });

  it('M1: a long prompt has the prices of its tier, for its answer as well', () => {
    const cost = (inputTokens: number) =>
      openAi.costOf('gpt-6-sol', { inputTokens, outputTokens: 1000 }, now, 'standard');

    expect(cost(272_000)).toBe(272_000 * 2_000 + 1000 * 10_000);
    expect(cost(272_001)).toBe(272_001 * 4_000 + 1000 * 15_000);
  });

  it('M1: the sum of many short prompts has the prices of short ones', () => {
    const sum = { inputTokens: 1_000_000, outputTokens: 0, longestInput: 1_000 };

    expect(openAi.costOf('gpt-6-sol', sum, now, 'standard')).toBe(2_000_000_000);
  });

  it('M1: the most that requests cost has the price of writing to the cache, and of long prompts when one is long', () => {
    const worst = { requests: 10, inputTokens: 300_000, outputTokens: 0 };

    expect(openAi.worstCostOf('gpt-6-sol', { ...worst, longestInput: 30_000 }, now, 'standard')).toBe(750_000_010);
    expect(openAi.worstCostOf('gpt-6-sol', { ...worst, longestInput: 280_000 }, now, 'standard')).toBe(1_500_000_010);
  });

  it('M1: a price holds from its day on', () => {
    expect(openAi.priceOf('o3', new Date('2025-06-09T23:59:59Z'))?.inputUsd).toBe(10);
    expect(openAi.priceOf('o3', new Date('2025-06-10T00:00:00Z'))?.inputUsd).toBe(2);
  });

  it('a dated name has the price of its model, unless it has one of its own', () => {
    expect(openAi.priceOf('gpt-4o-mini-2024-07-18', now)?.inputUsd).toBe(0.15);
    expect(openAi.priceOf('gpt-4o-2024-05-13', now)).toMatchObject({ inputUsd: 5, outputUsd: 15 });
  });

  it('a deployment has the price of the model that it stands for', () => {
    const book = new PriceBook({ provider: 'azure', baseModels: { 'my-deployment': 'gpt-4o-mini' } });

    expect(book.priceOf('my-deployment', now)?.inputUsd).toBe(0.15);
  });

  it('an unknown model has no price: its cost is unknown, not zero', () => {
    expect(openAi.priceOf('my-own', now)).toBeNull();
    expect(openAi.priceOf('ft:gpt-9:acme::abc', now)).toBeNull();
    expect(openAi.costOf('my-own', million, now, 'batch')).toBeNull();
    expect(new PriceBook({ provider: null }).priceOf('gpt-4o', now)).toBeNull();
  });

  it('entries of a file take precedence from their day on', () => {
    const book = new PriceBook({
      provider: 'openai',
      entries: [
        { model: 'gpt-4o', from: '2025-10-01', inputUsd: 1, outputUsd: 2, batchRate: 0.25 },
        { model: 'my-own', from: '2025-01-01', inputUsd: 3, outputUsd: 0 },
      ],
      entriesVersion: 'prices abc',
    });

    expect(book.costOf('gpt-4o', million, now, 'standard')).toBe(3_000_000_000);
    expect(book.costOf('gpt-4o', million, now, 'batch')).toBe(750_000_000);
    expect(book.costOf('gpt-4o', million, new Date('2025-09-30'), 'standard')).toBe(12_500_000_000);
    expect(book.costOf('my-own', million, now, 'batch')).toBe(1_500_000_000);
    expect(book.version).toBe(`genai-prices ${builtInPricesVersion}, prices abc`);
  });

  it('the edition that costs name is the one that is installed', () => {
    const main = createRequire(import.meta.url).resolve('@pydantic/genai-prices');
    const manifest = new URL('../package.json', `file://${main}`);

    expect(JSON.parse(readFileSync(manifest, 'utf8'))).toMatchObject({ version: builtInPricesVersion });
  });
});

import { PriceBook } from '@batchmill/models';
import type { ProviderBatch } from '@batchmill/provider';
import type { Batch, LedgerEntry } from '@batchmill/records';
import { describe, expect, it } from '@jest/globals';
import { compareCost } from './compare-cost.js';

const at = new Date('2026-11-01T00:00:00Z');
const entries = [
  {
    model: 'm',
    from: '2026-01-01',
    inputUsd: 2,
    outputUsd: 8,
    longContext: { aboveInputTokens: 500, inputUsd: 4, outputUsd: 8 },
  },
];
const prices = new PriceBook({ provider: null, entries, entriesVersion: 'prices.json 1' });
const found = {
  id: 'batch_1',
  createdAt: at,
  model: 'm',
  usage: { inputTokens: 1000, outputTokens: 100, cachedTokens: 0, reasoningTokens: 0 },
} as Partial<ProviderBatch> as ProviderBatch; // what the rule reads
const record = {
  _id: 'r.c1.b1',
  model: 'm',
  state: 'ingested',
  reason: 'completed',
  failure: null,
  ingestion: { lost: false, output: 'copy' },
} as Partial<Batch> as Batch; // what the rule reads
/** In a batch 1,000 tokens in and 100 out are 1.4 thousandths of a dollar, and 2.4 if the prompts are long. */
const entryOf = (nanoUsd: number, changes: Partial<LedgerEntry> = {}): LedgerEntry =>
  ({
    at,
    requests: 3,
    prices: prices.version,
    tokens: { input: 1000, cached: 0, output: 100 },
    cost: { nanoUsd, synchronousNanoUsd: 2 * nanoUsd, incomplete: false },
    ...changes,
  }) as Partial<LedgerEntry> as LedgerEntry; // what the rule reads
const compare = (entry: LedgerEntry | null): string[] =>
  compareCost(record, found, entry, prices).map(({ books, provider }) => `${books}; ${provider}`);

describe('the cost of a batch in the ledger', () => {
  it('M1: is that of the provider’s tokens, but for what each request was rounded', () => {
    expect(compare(entryOf(1_400_000))).toEqual([]);
    expect(compare(entryOf(1_399_997))).toEqual([]);
    expect(compare(entryOf(1_399_996))).toEqual(['$0.001399996; $0.001400000 to $0.002400000']);
  });

  it('M1: may be more where prompts may have been long, and not more than if all of them were', () => {
    expect(compare(entryOf(2_400_003))).toEqual([]);
    expect(compare(entryOf(2_400_004))).toEqual(['$0.002400004; $0.001400000 to $0.002400000']);
  });

  it('M1: is missing where the provider has billed tokens and there is no entry', () => {
    expect(compare(null)).toEqual(['not in the ledger; $0.001400000 to $0.002400000']);
  });

  it.each<[string, Partial<LedgerEntry>]>([
    ['other prices', { prices: 'prices.json 0' }],
    ['other tokens', { tokens: { input: 999, cached: 0, output: 100 } }],
    ['an unknown price', { cost: { nanoUsd: 0, synchronousNanoUsd: 0, incomplete: true } }],
  ])('M1: is not compared with %s', (_, changes) => {
    expect(compare(entryOf(1, changes))).toEqual([]);
  });
});

import { describe, expect, it } from '@jest/globals';
import { noCost, type Cost } from '../run-totals.js';
import type { LedgerEntry } from './ledger-entry.js';
import { sharesOf } from './ledger-shares.js';
import { addSavings, noSavings, paidOf, savedOf, wastedOf, withoutBatchmill, type SavingEntry } from './savings.js';

const cost = (nanoUsd: number, synchronousNanoUsd = 2 * nanoUsd): Cost => ({
  nanoUsd,
  synchronousNanoUsd,
  incomplete: false,
});

const entry: LedgerEntry = {
  _id: 'batch_1',
  kind: 'batch',
  runId: 'r',
  pipeline: 'notes',
  batchId: 'r.c1.b1',
  providerBatchId: 'batch_1',
  account: 'a',
  model: 'gpt-4o-mini',
  url: '/v1/chat/completions',
  at: new Date('2026-11-29T10:00:00Z'),
  day: '2026-11-29',
  labels: {},
  requests: 10,
  tokens: { input: 100, cached: 20, output: 50 },
  cost: cost(1_000),
  functions: [],
  wasted: noCost,
  prices: '1',
  difference: null,
};

const savingsOf = (...entries: readonly SavingEntry[]) => entries.reduce(addSavings, noSavings);

describe('what was saved', () => {
  it('M2: of a batch whose answers are used is the synchronous price less the price of the batch', () => {
    const savings = savingsOf(entry);

    expect(withoutBatchmill(savings)).toBe(2_000);
    expect(savedOf(savings)).toBe(1_000);
  });

  it('M2: is less by all that was paid for nothing, which is no part of the price that it is compared with', () => {
    const orphan: LedgerEntry = { ...entry, kind: 'orphan', wasted: entry.cost };
    const expired: LedgerEntry = { ...entry, ended: 'expired', wasted: cost(50) };
    const savings = savingsOf({ ...entry, wasted: cost(100) }, expired, orphan);

    expect(savings).toMatchObject({ wastedAnswers: 100, wastedInEnded: 50, orphans: 1_000 });
    expect(withoutBatchmill(savings)).toBe(2 * (900 + 950));
    expect(paidOf(savings)).toBe(3_000);
    expect(savedOf(savings)).toBe(700);
  });

  it('M2: an adopted batch was not bought a second time', () => {
    const savings = savingsOf({ ...entry, adopted: true });

    expect(savings).toMatchObject({ adopted: 1_000, counts: { adoptedBatches: 1 } });
    expect(savedOf(savings)).toBe(2_000);
  });

  it('M2: a kept answer that was used later is no waste, and was not bought a second time', () => {
    const used = [{ function: 'summary', requests: 3, tokens: { input: 1, output: 1 }, cost: cost(300) }];
    const savings = savingsOf({ ...entry, wasted: cost(400), reprocessed: used });

    expect(savings).toMatchObject({ reprocessed: 300, wastedAnswers: 100, counts: { reprocessedAnswers: 3 } });
    expect(withoutBatchmill(savings)).toBe(2 * 900 + 300);
    expect(paidOf(savings)).toBe(1_000);
  });

  it('M2: an answer that is reused was not bought again, at the synchronous price, and nothing is paid for it', () => {
    const reused = [{ function: 'summary', requests: 3, tokens: { input: 1, output: 1 }, cost: cost(300) }];
    const free = { kind: 'reused', requests: 0, cost: noCost, wasted: noCost, reused } as const;
    const savings = savingsOf(entry, { ...entry, ...free });

    expect(savings).toMatchObject({ reused: 600, counts: { requests: 10, reusedAnswers: 3 } });
    expect(withoutBatchmill(savings)).toBe(2_000 + 600);
    expect(paidOf(savings)).toBe(1_000);
  });

  it('M2: of a synchronous call is nothing, and of one at the tier flex half', () => {
    const call: LedgerEntry = { ...entry, kind: 'synchronous', cost: cost(2_000, 2_000) };

    expect(savedOf(savingsOf(call))).toBe(0);
    expect(savedOf(savingsOf({ ...call, cost: cost(1_000) }))).toBe(1_000);
  });

  it('M1: an entry whose cost is not known is counted and in no sum', () => {
    const savings = savingsOf({ ...entry, cost: { ...cost(500), incomplete: true } });

    expect([paidOf(savings), withoutBatchmill(savings)]).toEqual([0, 0]);
    expect(savings.counts).toMatchObject({ requests: 0, unpriced: 10 });
  });

  it('M1: may be less than nothing', () => {
    expect(savedOf(savingsOf({ ...entry, wasted: cost(1_000) }))).toBe(-1_000);
  });
});

describe('the shares of functions', () => {
  const ofFunction = (name: string, requests: number, nanoUsd: number, unanswered = 0) => ({
    ...{ function: name, requests, tokens: { input: 30, output: 10, cached: 5 } },
    ...{ cost: cost(nanoUsd), unanswered: cost(unanswered) },
  });

  it('M1: add up to the entry, to the token and nano-dollar, with a share of none for what the results do not show', () => {
    const functions = [ofFunction('summary', 6, 500, 100), ofFunction('qa', 3, 300)];
    const used = [{ ...ofFunction('summary', 2, 60), unanswered: noCost }];
    const whole: LedgerEntry = { ...entry, functions, wasted: cost(300), reprocessed: used, adopted: true };

    const shares = sharesOf(whole);

    expect(shares.map((share) => share.function)).toEqual(['summary', 'qa', null]);
    const { counts: ofShares, ...sums } = savingsOf(...shares);
    const { counts, ...expected } = savingsOf(whole);
    expect(sums).toEqual(expected);
    expect(ofShares).toMatchObject({ requests: counts.requests, reprocessedAnswers: 2 });
    expect(wastedOf(savingsOf(shares[2]!))).toBe(200);
    expect(shares.reduce((sum, { tokens }) => sum + tokens.input, 0)).toBe(100);
    expect(shares.reduce((sum, { tokens }) => sum + tokens.cached, 0)).toBe(20);
  });

  it('M2: of answers that are reused add up to what they saved', () => {
    const reused = [ofFunction('summary', 2, 60), ofFunction('qa', 1, 40)];
    const free = { kind: 'reused', requests: 0, tokens: { input: 0, cached: 0, output: 0 }, cost: noCost } as const;
    const whole: LedgerEntry = { ...entry, ...free, reused };

    const shares = sharesOf(whole);

    expect(shares.map((share) => share.function)).toEqual(['summary', 'qa']);
    expect(savingsOf(...shares)).toEqual(savingsOf(whole));
    expect(savedOf(savingsOf(whole))).toBe(200);
  });

  it('M1: are all there is where they are the whole entry, and an orphan has none', () => {
    const functions = [{ ...ofFunction('summary', 10, 1_000), tokens: { input: 100, output: 50, cached: 20 } }];

    expect(sharesOf({ ...entry, functions }).map((share) => share.function)).toEqual(['summary']);
    expect(sharesOf({ ...entry, kind: 'orphan' })).toMatchObject([{ function: null, requests: 10 }]);
  });
});

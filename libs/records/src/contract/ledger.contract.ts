import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { Ledger, dayOf, noCost, type LedgerEntry, type LedgerQuery } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';

export function describeLedger(make: MakeStore): void {
  describe('the ledger', () => {
    const fixture = eachWithFixture(make);
    const ledger = (): Ledger => new Ledger(fixture().store);
    const entryOf = (id: string, at: string, fields: Partial<LedgerEntry> = {}): LedgerEntry => ({
      ...{ _id: id, kind: 'batch', runId: 'r', pipeline: 'notes', batchId: `${id}.b`, providerBatchId: id },
      ...{ account: 'a', model: 'gpt-4o-mini', url: '/v1/chat/completions', labels: { team: 'x' } },
      ...{ at: new Date(at), day: dayOf(new Date(at)), requests: 1, tokens: { input: 1, cached: 0, output: 1 } },
      ...{ cost: noCost, functions: [], wasted: noCost, prices: '1', difference: null },
      ...fields,
    });
    const idsOf = async (query: LedgerQuery): Promise<string[]> =>
      (await Array.fromAsync(ledger().entries(query))).map(({ _id }) => _id);

    it('M1: its entries come the oldest first, from a time on and before another, of a run or a pipeline', async () => {
      await ledger().book(entryOf('late', '2026-11-29T12:00:00Z'));
      await ledger().book(entryOf('early', '2026-11-28T12:00:00Z', { runId: 'other' }));
      await ledger().book(entryOf('between', '2026-11-29T00:00:00Z', { pipeline: 'letters' }));

      const since = new Date('2026-11-29T00:00:00Z');
      expect(await idsOf({})).toEqual(['early', 'between', 'late']);
      expect(await idsOf({ since })).toEqual(['between', 'late']);
      expect(await idsOf({ until: since })).toEqual(['early']);
      expect(await idsOf({ since, until: new Date('2026-11-29T12:00:00Z') })).toEqual(['between']);
      expect(await idsOf({ runId: 'r', pipeline: 'notes' })).toEqual(['late']);
    });

    it('M2: which answers were used later is kept when the entry is written once more, and makes no entry', async () => {
      const reprocessed = [{ function: 'qa', requests: 2, tokens: { input: 3, output: 4 }, cost: noCost }];
      await ledger().book(entryOf('batch', '2026-11-29T12:00:00Z'));
      await ledger().noteReprocessed('batch', reprocessed);
      await ledger().noteReprocessed('unknown', reprocessed);

      await ledger().book(entryOf('batch', '2026-11-29T12:00:00Z', { requests: 5 }));

      expect(await Array.fromAsync(ledger().entries())).toMatchObject([{ _id: 'batch', requests: 5, reprocessed }]);
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import type { RunPlan } from '@batchmill/pipeline';
import type { Fields, Filter } from '@batchmill/store';
import type { MakeStore } from '@batchmill/store/contract';
import { scanFilter, scanIndexes, selectedFilter, serves, wantedIndexes } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';
import { inference, later, namingStatus, now } from './marks-fixture.contract.js';

const run = { installation: 'here', runId: 'run' };
const ofCompanies: RunPlan = {
  ...inference,
  filter: { year: 2026, company: { $in: ['Acme', 'Bolt'] } },
  endedFilter: { year: 2026, company: { $in: ['Acme', 'Bolt'] } },
};

export function describeScanIndexes(make: MakeStore): void {
  describe('indexes for scans', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');
    const idsWhere = (filter: Filter) =>
      Array.fromAsync(documents().find(filter, { sort: { _id: 1 } }), ({ _id }) => _id);
    const createIndexes = async (plan: RunPlan) => {
      for (const { keys, where } of scanIndexes(plan)) await documents().ensureIndex({ keys, ...(where && { where }) });
    };

    it.each([
      ['any query', inference],
      ['a query that names the status', namingStatus],
      ['a query for a list of values', ofCompanies],
      ['a query whose status cannot be removed', { ...namingStatus, endedFilter: null }],
    ])('Y7: with the wanted indexes a scan finds the documents that it finds without them: %s', async (_what, plan) => {
      await documents().insertMany([...samples()]);
      const all = { $and: [selectedFilter(plan, now, run), { n: { $gt: 2 } }] };
      const expected = await idsWhere(all);
      const options = { now, run, among: { n: { $gt: 2 } } };
      const without = await idsWhere(await scanFilter(documents(), plan, options));

      await createIndexes(plan);

      expect(without).toEqual(expected);
      const filter = await scanFilter(documents(), plan, options);
      // Where nothing is looked for on ended documents, the filter is one for an index already.
      expect(JSON.stringify(filter) === JSON.stringify(all)).toBe(plan.endedFilter === null);
      expect(await idsWhere(filter)).toEqual(expected);
      expect(await documents().count(filter)).toBe(expected.length);
      expect(expected.length).toBeGreaterThan(10);
    });

    it('Y7: where more than a thousand documents lack a function, all of them are found', async () => {
      const functions = { summary: { state: 'done' } };
      await documents().insertMany(
        Array.from({ length: 1_200 }, (_, _id) => ({ _id, ai_status: 'completed', processing_info: { functions } })),
      );
      await createIndexes(inference);

      expect(await documents().count(await scanFilter(documents(), inference, { now, among: {} }))).toBe(1_200);
    });

    it('Y7: a list of values leads the indexes, or else one value, and never two fields, which may both hold lists', () => {
      const where = { 'processing_info.functions': { $type: 'object' } };
      const missing = (name: string, prefix = {}) => ({
        purpose: 'missing',
        keys: { ...prefix, ai_status: 1, [`processing_info.functions.${name}.state`]: 1 },
        where,
      });

      expect(scanIndexes(inference)).toEqual([
        { purpose: 'pending', keys: { ai_status: 1, _id: 1 } },
        missing('summary'),
        missing('topics'),
      ]);
      expect(scanIndexes(ofCompanies)[0]?.keys).toEqual({ company: 1, ai_status: 1, _id: 1 });
      const ofYear = { $and: [{ year: { $gt: 2000 } }, { kind: 'note' }] };
      expect(scanIndexes({ ...inference, endedFilter: ofYear })[1]).toEqual(missing('summary', { kind: 1 }));
      expect(scanIndexes({ ...inference, redo: 'all' })).toEqual([]);
      const byNumber = { ...inference.pipeline, source: { ...inference.pipeline.source, documentIdField: 'number' } };
      expect(wantedIndexes({ ...inference, pipeline: byNumber }).at(-1)).toEqual({
        purpose: 'ids',
        keys: { number: 1 },
      });
    });

    it('Y7: indexes behind another field of the query serve as well, where all of one kind are there', async () => {
      const behindYear = [
        { keys: { year: 1, ai_status: 1, _id: 1 } },
        { keys: { year: 1, ai_status: 1, 'processing_info.functions.summary.state': 1 } },
        { keys: { year: 1, ai_status: 1, 'processing_info.functions.topics.state': 1 } },
      ] as const;

      expect(scanIndexes(ofCompanies, behindYear)[0]?.keys).toEqual(behindYear[0].keys);
      expect(scanIndexes(ofCompanies, behindYear.slice(1))[0]?.keys).toEqual({ company: 1, ai_status: 1, _id: 1 });

      await documents().insertMany([...samples()]);
      const expected = await idsWhere(selectedFilter(ofCompanies, now, run));
      for (const index of behindYear) await documents().ensureIndex(index);
      const filter = await scanFilter(documents(), ofCompanies, { now, run, among: {} });

      expect(await idsWhere(filter)).toEqual(expected);
    });

    it('Y7: a longer index serves as well, and one in the opposite order, but none of fewer documents', () => {
      const [pending, missing] = scanIndexes(inference);
      const state = 'processing_info.functions.summary.state';

      expect(serves({ keys: { ai_status: 1, _id: 1, x: -1 } }, pending!)).toBe(true);
      expect(serves({ keys: { ai_status: -1, _id: -1 } }, pending!)).toBe(true);
      expect(serves({ keys: { ai_status: 1, _id: -1 } }, pending!)).toBe(false);
      expect(serves({ keys: { _id: 1, ai_status: 1 } }, pending!)).toBe(false);
      expect(serves({ keys: { ai_status: 1 } }, pending!)).toBe(false);
      expect(serves({ keys: { ai_status: 1, [state]: 1 } }, missing!)).toBe(true);
      const { where } = missing!;
      expect(serves({ keys: { ai_status: 1, _id: 1 }, ...(where && { where }) }, pending!)).toBe(false);
    });
  });
}

/** Every status with every kind of marks. */
function* samples(): Generator<Fields> {
  const statuses = ['pending', 'in_progress', 'completed', 'failed', 'other', null, undefined, 7];
  const states = ['done', 'failed', 'retry', 'requested', 'by hand', null, undefined, 7, ['done']];
  let n = 0;
  for (const ai_status of statuses) {
    for (const summary of states) {
      for (const topics of ['done', 'retry', undefined]) {
        n += 1;
        const functions =
          n % 7 === 0 ? 'all' : { summary: { state: summary }, ...(topics && { topics: { state: topics } }) };
        const notBefore = n % 5 === 0 ? later : now;
        yield {
          _id: n % 2 === 0 ? n : `note ${n}`,
          n,
          year: n % 11 === 0 ? 2025 : 2026,
          company: ['Acme', 'Bolt', 'Cord'][n % 3],
          ...(ai_status !== undefined && { ai_status }),
          ...(n % 9 > 0 && { processing_info: { claimId: 'first.c1', notBefore, functions } }),
        };
      }
    }
  }
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import type { Collection } from '@batchmill/store';
import { sampleDocuments } from './sample-documents.js';

describe('sampleDocuments', () => {
  let documents: Collection;
  beforeEach(async () => {
    documents = EmbeddedStore.open({ file: ':memory:' }).collection('blocks');
    await documents.insertMany(Array.from({ length: 1000 }, (_, id) => ({ _id: id, company: id < 900 ? 'A' : 'B' })));
  });

  const idsOf = async (...args: Parameters<typeof sampleDocuments>): Promise<unknown[]> =>
    (await sampleDocuments(...args)).documents.map(({ _id }) => _id);

  it('M3: a sample is spread evenly over the documents, not taken from the first, and all are counted', async () => {
    const { documents: sample, among } = await sampleDocuments(documents, {}, { size: 10 });

    const ids = sample.map(({ _id }) => Number(_id));
    expect(among).toBe(1000);
    expect(ids).toHaveLength(10);
    for (const [index, id] of ids.entries()) expect(Math.abs(id - 100 * index)).toBeLessThanOrEqual(20);
  });

  it.each([2, 3, 4, 7, 8, 16])('where documents of %i kinds alternate, a sample has as many of each', async (kinds) => {
    await documents.insertMany(Array.from({ length: 9_000 }, (_, index) => ({ _id: 1_000 + index })));
    const sample = await idsOf(documents, {}, { size: 160 });

    const counts = Array.from(
      { length: kinds },
      (_, kind) => sample.filter((id) => Number(id) % kinds === kind).length,
    );
    const expected = 160 / kinds;
    for (const count of counts) expect(Math.abs(count - expected)).toBeLessThanOrEqual(Math.max(4, expected / 3));
  });

  it.each([1, 3, 7, 10, 80, 81, 999])('of enough documents the sample has its size: %i', async (size) => {
    expect(await idsOf(documents, {}, { size })).toHaveLength(size);
  });

  it('for a run with a limit, only the documents that it would claim are sampled and counted', async () => {
    expect(await idsOf(documents, { company: 'B' }, { size: 3, limit: 6 })).toEqual([900, 902, 904]);
    expect((await sampleDocuments(documents, {}, { size: 3, limit: 6 })).among).toBe(6);
  });

  it('all documents are taken when there are fewer than the sample size', async () => {
    expect(await idsOf(documents, { _id: { $lt: 4 } }, { size: 200 })).toEqual([0, 1, 2, 3]);
    expect(await idsOf(documents, { _id: -1 }, { size: 200 })).toEqual([]);
  });
});

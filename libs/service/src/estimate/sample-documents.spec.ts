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
    (await sampleDocuments(...args)).map(({ _id }) => _id).sort((a, b) => Number(a) - Number(b));

  it('M3: a sample is spread evenly over the documents, not taken from the first', async () => {
    const ids = await idsOf(documents, {}, { size: 10, among: 1000 });

    expect(ids).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });

  it('for a run with a limit, only the documents that it would claim are sampled', async () => {
    expect(await idsOf(documents, { company: 'B' }, { size: 3, among: 6 })).toEqual([900, 902, 904]);
  });

  it('all documents are taken when there are fewer than the sample size', async () => {
    expect(await idsOf(documents, { _id: { $lt: 4 } }, { size: 200, among: 4 })).toEqual([0, 1, 2, 3]);
    expect(await idsOf(documents, { _id: -1 }, { size: 200, among: 0 })).toEqual([]);
  });
});

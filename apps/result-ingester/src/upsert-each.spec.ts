import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { upsertEach } from './upsert-each.js';

describe('rows of which the store refuses some', () => {
  let folder: string;
  let vectors: EmbeddedVectors;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-rows-'));
    vectors = EmbeddedVectors.open({ file: join(folder, 'vectors.db') });
    await vectors.ensureCollection({ name: 'rows', dimensions: 2 });
  });
  afterEach(async () => {
    await vectors.close();
    await rm(folder, { recursive: true, force: true });
  });

  const rows = (count: number, bad: readonly number[]) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ key: `row ${index}`, chunkId: String(index), parentId: 'p' },
      vector: new Float32Array(bad.includes(index) ? [1] : [1, index]),
    }));

  it.each([
    [9, []],
    [9, [0]],
    [9, [3, 4, 8]],
    [1, [0]],
  ])('of %i all are stored but those that are wrong: %j', async (count, bad) => {
    const refused = await upsertEach(vectors, 'rows', rows(count, bad));

    expect([...refused.keys()]).toEqual(bad.map((index) => `row ${index}`));
    expect(await vectors.count('rows')).toBe(count - bad.length);
  });

  it('another failure is that of all', async () => {
    await expect(upsertEach(vectors, 'nowhere', rows(3, []))).rejects.toMatchObject({
      code: 'vectors.unknown-collection',
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeVectors } from './write-vectors.js';

describe('writeVectors', () => {
  let folder: string;
  let vectors: EmbeddedVectors;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-rows-'));
    vectors = EmbeddedVectors.open({ file: join(folder, 'vectors.db') });
    await vectors.ensureCollection({ name: 'rows', dimensions: 2, fields: ['id'] });
  });
  afterEach(async () => {
    await vectors.close();
    await rm(folder, { recursive: true, force: true });
  });

  const rows = (count: number, bad: readonly number[]) =>
    Array.from({ length: count }, (_, index) => ({
      ...{ key: `row ${index}`, fields: { id: String(index) } },
      vector: new Float32Array(bad.includes(index) ? [1] : [1, index]),
    }));

  it.each([
    [9, []],
    [9, [0]],
    [9, [3, 4, 8]],
    [1, [0]],
  ])('of %i rows all are stored except the wrong ones: %j', async (count, bad) => {
    const refused = await writeVectors(vectors, 'rows', rows(count, bad));

    expect([...refused.keys()]).toEqual(bad.map((index) => `row ${index}`));
    expect(await vectors.count('rows')).toBe(count - bad.length);
  });

  it('an error that is not about a row is thrown', async () => {
    await expect(writeVectors(vectors, 'nowhere', rows(3, []))).rejects.toMatchObject({
      code: 'vectors.unknown-collection',
    });
  });
});

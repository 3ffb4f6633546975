import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeVectorsContract } from '../vectors.contract.js';
import { EmbeddedVectors } from './index.js';

describeVectorsContract('The embedded vectors', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
  return {
    open: async () => EmbeddedVectors.open({ file: join(folder, 'vectors.db') }),
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('The embedded vectors', () => {
  const collection = { name: 'blocks', dimensions: 2 };

  async function inFolder(test: (file: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
    try {
      await test(join(folder, 'new', 'vectors.db'));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('a vector of length zero is stored, and is like nothing', async () => {
    await inFolder(async (file) => {
      const vectors = EmbeddedVectors.open({ file });
      await vectors.ensureCollection(collection);
      await vectors.upsert('blocks', [
        { key: 'zero', chunkId: 'c', parentId: 'p', vector: Float32Array.of(0, 0) },
        { key: 'one', chunkId: 'c', parentId: 'p', vector: Float32Array.of(1, 0) },
      ]);

      const hits = await vectors.search('blocks', Float32Array.of(1, 0), 2);
      expect(hits.map(({ key, similarity }) => [key, similarity])).toEqual([
        ['one', 1],
        ['zero', 0],
      ]);
      await vectors.close();
    });
  });

  it('a collection that another connection made is known at once', async () => {
    await inFolder(async (file) => {
      const [first, second] = [EmbeddedVectors.open({ file }), EmbeddedVectors.open({ file })];
      await expect(second.search('blocks', Float32Array.of(1, 0), 1)).rejects.toMatchObject({
        code: 'vectors.unknown-collection',
      });
      await first.ensureCollection(collection);

      expect(await second.search('blocks', Float32Array.of(1, 0), 1)).toEqual([]);
      await Promise.all([first.close(), second.close()]);
    });
  });

  it('a closed store rejects as one that is away', async () => {
    await inFolder(async (file) => {
      const vectors = EmbeddedVectors.open({ file });
      await vectors.close();
      await vectors.close();

      await expect(vectors.check()).rejects.toMatchObject({ kind: 'ConnectionError', code: 'vectors.closed' });
      await expect(vectors.count('blocks')).rejects.toMatchObject({ code: 'vectors.closed' });
    });
  });

  it('a file that is no database is said to be unusable, by name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
    const file = join(folder, 'vectors.db');
    await writeFile(file, 'This is a letter to a friend, and not a database at all. '.repeat(50));

    expect(() => EmbeddedVectors.open({ file })).toThrow(
      expect.objectContaining({
        kind: 'ConnectionError',
        code: 'vectors.unavailable',
        message: expect.stringContaining(file),
      }),
    );
    await rm(folder, { recursive: true });
  });
});

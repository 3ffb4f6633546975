import { describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describeVectorsContract } from '../vectors.contract.js';
import { DatabaseSync } from 'node:sqlite';
import { EmbeddedVectors } from './index.js';

describeVectorsContract('The embedded vectors', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
  return {
    open: async () => EmbeddedVectors.open({ file: join(folder, 'vectors.db') }),
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('The embedded vectors', () => {
  const collection = { name: 'blocks', dimensions: 2, fields: ['page'] };

  async function inFolder(test: (file: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
    try {
      await test(join(folder, 'new', 'vectors.db'));
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('vectors are read by their keys, number by number; a key or a collection that is not there has none', async () => {
    await inFolder(async (file) => {
      const vectors = EmbeddedVectors.open({ file });
      await vectors.ensureCollection(collection);
      const rows = [Float32Array.of(0.1, -2), Float32Array.of(0, 1e-7)].map((vector, at) => {
        return { key: `k${at}`, fields: { page: '1' }, vector };
      });
      await vectors.upsert('blocks', rows);

      const read = await vectors.read('blocks', ['k1', 'none', 'k0']);
      const ofNoCollection = await vectors.read('others', ['k0']);
      await vectors.close();

      expect([...read]).toEqual([
        ['k1', Float32Array.of(0, 1e-7)],
        ['k0', Float32Array.of(0.1, -2)],
      ]);
      expect(ofNoCollection.size).toBe(0);
    });
  });

  it('a vector of length zero is stored, and its similarity is 0', async () => {
    await inFolder(async (file) => {
      const vectors = EmbeddedVectors.open({ file });
      await vectors.ensureCollection(collection);
      await vectors.upsert('blocks', [
        { key: 'zero', fields: { page: '1' }, vector: Float32Array.of(0, 0) },
        { key: 'one', fields: { page: '1' }, vector: Float32Array.of(1, 0) },
      ]);

      const hits = await vectors.search('blocks', Float32Array.of(1, 0), 2);
      expect(hits.map(({ key, similarity }) => [key, similarity])).toEqual([
        ['one', 1],
        ['zero', 0],
      ]);
      await vectors.close();
    });
  });

  it('a collection that another connection created is known at once', async () => {
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

  it('a file that was made when every collection had the same two fields is read and written', async () => {
    await inFolder(async (file) => {
      await makeFileOfTwoFields(file);
      const vectors = EmbeddedVectors.open({ file });
      const fields = { block_mongo_id: 'c', block_doc_id: 'p' };
      await vectors.ensureCollection({ name: 'Blocks', dimensions: 2, fields: Object.keys(fields) });

      expect(await vectors.search('Blocks', Float32Array.of(1, 0), 2)).toEqual([{ key: 'old', fields, similarity: 1 }]);
      await vectors.upsert('Blocks', [
        { key: 'old', fields: { ...fields, block_doc_id: 'q' }, vector: Float32Array.of(1, 0) },
        { key: 'new', fields, vector: Float32Array.of(0, 1) },
      ]);
      expect(await vectors.search('Blocks', Float32Array.of(1, 0), 2)).toEqual([
        { key: 'old', fields: { ...fields, block_doc_id: 'q' }, similarity: 1 },
        { key: 'new', fields, similarity: 0 },
      ]);
      await expect(vectors.ensureCollection({ ...collection, name: 'Blocks' })).rejects.toMatchObject({
        code: 'vectors.other-fields',
      });
      await vectors.close();
    });
  });

  it('rejects after it was closed', async () => {
    await inFolder(async (file) => {
      const vectors = EmbeddedVectors.open({ file });
      await vectors.close();
      await vectors.close();

      await expect(vectors.check()).rejects.toMatchObject({ kind: 'ConnectionError', code: 'vectors.closed' });
      await expect(vectors.count('blocks')).rejects.toMatchObject({ code: 'vectors.closed' });
    });
  });

  it('the error for a file that is no database names the file', async () => {
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

/** The statements of the version in which the fields of a collection were fixed, and one row. */
async function makeFileOfTwoFields(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA page_size = 16384; PRAGMA journal_mode = WAL;
    CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
    INSERT INTO collections (name, dimensions) VALUES ('Blocks', 2);
    CREATE TABLE vectors_1_Blocks (key TEXT PRIMARY KEY NOT NULL,
      block_mongo_id TEXT NOT NULL, block_doc_id TEXT NOT NULL, vector BLOB NOT NULL)`);
  const insert = database.prepare('INSERT INTO vectors_1_Blocks VALUES (?, ?, ?, ?)');
  insert.run('old', 'c', 'p', Float32Array.of(1, 0));
  database.close();
}

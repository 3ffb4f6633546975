import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

const definition = `
import { chat, definePipeline } from '@batchmill/pipeline';
export default definePipeline({
  name: 'notes',
  parameters: { kind: { type: 'string', description: 'Kind of note' } },
  source: {
    collection: 'notes',
    documentIdField: 'number',
    queryTemplate: ({ kind }) => ({ kind }),
  },
  inference: {
    functions: [chat({ name: 'summary', user: '{{ text }}' }), chat({ name: 'topics', user: '{{ text }}' })],
  },
});`;

const where = { 'processing_info.functions': { $type: 'object' } };

describe('batchmill indexes', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-indexes-'));
    await mkdir(join(folder, 'home'));
    await mkdir(join(folder, 'pipelines/notes'), { recursive: true });
    await writeFile(join(folder, 'pipelines/notes/notes.pipeline.ts'), definition);
    await changed((notes) => notes.insertMany(Array.from({ length: 1_200 }, (_, _id) => ({ _id, kind: 'note' }))));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function changed<T>(change: (notes: ReturnType<EmbeddedStore['collection']>) => Promise<T>): Promise<T> {
    const store = EmbeddedStore.open({ file: join(folder, 'home', 'state.db') });
    try {
      return await change(store.collection('notes'));
    } finally {
      await store.close();
    }
  }

  async function batchmill(...args: string[]) {
    const { code, out, err } = await runBatchmill(join(folder, 'home'), args, {
      BATCHMILL_PIPELINES: join(folder, 'pipelines'),
    });
    return { code, out, err };
  }

  it('Y7: names the indexes that scans want, creates them once confirmed, and exits with 3 while one is missing', async () => {
    const unnamed = await batchmill('indexes');
    const before = await batchmill('indexes', 'notes', '--param', 'kind=note');
    const unconfirmed = await batchmill('indexes', 'notes', '--param', 'kind=note', '--create');
    const untouched = await changed((notes) => notes.indexes());
    const created = await batchmill('indexes', 'notes', '--param', 'kind=note', '--create', '--yes', '--json');
    const after = await batchmill('indexes', 'notes', '--param', 'kind=note');

    expect(unnamed.out).toContain('notes, inference: no index for scans: ');
    expect(unnamed.out).toContain('--param');
    expect(before.code).toBe(3);
    expect(before.out).toBe(
      [
        'notes: 1,200 documents',
        '  missing  kind, ai_status, _id: finds pending documents of notes',
        '  missing  kind, ai_status, processing_info.functions.summary.state: finds ended documents that lack the function of notes',
        '  missing  kind, ai_status, processing_info.functions.topics.state: finds ended documents that lack the function of notes',
        '  missing  number: finds documents by their ids of notes',
        'create what is missing with: batchmill indexes --create',
        '',
      ].join('\n'),
    );
    expect(unconfirmed).toMatchObject({ code: 1, err: expect.stringContaining('found no --yes') });
    expect(untouched).toEqual([]);
    expect(created.code).toBe(0);
    expect(created.err).toContain('creating 4 indexes in notes (1,200 documents)');
    const { collections } = JSON.parse(created.out) as { collections: { indexes: object[] }[] };
    expect(collections[0]).toMatchObject({ collection: 'notes', documents: 1_200 });
    expect(collections[0]?.indexes[1]).toEqual({
      keys: { kind: 1, ai_status: 1, 'processing_info.functions.summary.state': 1 },
      where,
      existing: [{ kind: 1, ai_status: 1, 'processing_info.functions.summary.state': 1 }],
      uses: [{ pipeline: 'notes', purpose: 'missing' }],
      command:
        'db.getCollection("notes").createIndex({"kind":1,"ai_status":1,"processing_info.functions.summary.state":1}, {"partialFilterExpression":{"processing_info.functions":{"$type":"object"}}})',
    });
    expect(after.code).toBe(0);
    expect(after.out).toContain('  there    kind, ai_status, _id: finds pending documents of notes\n');
    expect(after.out).not.toContain('missing');
    expect(await changed((notes) => notes.indexes())).toHaveLength(4);
  });
});

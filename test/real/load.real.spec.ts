import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MongoStore } from '@batchmill/store/mongo';
import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill } from '../end-to-end/command.js';

describe('batchmill load, into MongoDB', () => {
  const url = `${serverAddresses.mongodb}/load_${randomUUID().slice(0, 8)}`;
  let folder: string;
  let store: MongoStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-load-'));
    store = MongoStore.open({ url });
  });
  afterEach(async () => {
    await store.collection('patients').deleteMany({});
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('C7: documents are loaded under their ids, and a second load of the same leaves them as they are', async () => {
    const lines = [{ _id: { $oid: '0123456789abcdef01234567' } }, { _id: 'p-2', visits: { last: '2026-03-02' } }];
    await writeFile(join(folder, 'documents.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'));
    const load = (): ReturnType<typeof batchmill> =>
      batchmill(folder, ['load', 'documents.jsonl', '--collection', 'patients'], {
        env: { BATCHMILL_BUS: 'kafka://127.0.0.1:1', BATCHMILL_STORE: url },
      });

    const first = await load();
    await store.collection('patients').updateOne({ _id: 'p-2' }, { $set: { ai_status: 'completed' } });
    const second = await load();

    expect(first).toEqual({ code: 0, out: 'patients: 2 documents loaded\n', err: '' });
    expect(second.out).toBe('patients: 0 documents loaded; 2 documents already stored, left unchanged\n');
    expect(await Array.fromAsync(store.collection('patients').find({ _id: 'p-2' }))).toEqual([
      { _id: 'p-2', visits: { last: '2026-03-02' }, ai_status: 'completed' },
    ]);
    expect(existsSync(join(folder, '.batchmill'))).toBe(false);
  });
});

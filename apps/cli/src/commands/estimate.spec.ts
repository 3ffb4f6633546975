import { decodeId } from '@batchmill/documents';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';
import { seedReports } from '../testing/seed-reports.js';

const estimate = 'estimate annual-reports --endpoint embeddings'.split(' ');

describe('batchmill estimate', () => {
  let folder: string;
  let home: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-estimate-'));
    home = join(folder, 'home');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('M3: shows the requests, tokens and both prices of the pending documents', async () => {
    await seedReports(home, 30);

    const { out, code } = await runBatchmill(home, [...estimate, '--limit', '20']);

    expect(code).toBe(0);
    expect(out).toContain('annual-reports: 20 documents pending\n');
    expect(out).toMatch(/text-embedding-3-small +20 +1 +\d+ +0 +<\$0\.0001 +<\$0\.0001 +<\$0\.0001/);
  });

  it('M3: when nothing is pending it shows whether anything matches', async () => {
    const empty = await runBatchmill(home, estimate);
    await seedReports(home, 3);
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    await store.collection('blocks').updateMany({}, { $set: { embedding_status: 'completed' } });
    await store.close();
    const completed = await runBatchmill(home, estimate);

    expect(empty.out).toBe('annual-reports: no document matches; there is nothing to estimate from\n');
    expect(completed.out).toContain('annual-reports: 3 documents match, and none of them is pending;');
  });

  it('E1 M3: ids from a file match ids of other types, as in a run', async () => {
    const hex = '64af0123456789abcdef0123';
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const block = { doc_id: 'd', company: 'JKHY', doc_type: 'Annual Report', text_content: 'Revenue grew.' };
    const ids = [decodeId(`{"$oid":"${hex}"}`), 7, 'b', 'c'];
    await store.collection('blocks').insertMany(ids.map((_id) => ({ ...block, _id })));
    await store.close();
    const file = join(folder, 'ids.txt');
    await writeFile(file, `${hex}\n7\nb\n`);

    const { out } = await runBatchmill(home, [...estimate, '--documents-file', file, '--json']);

    expect(JSON.parse(out)).toMatchObject({ found: 3, requests: 3 });
  });

  it.each([
    'estimate annual-reports --endpoint embeddings',
    'runs list',
    'batch list',
    'parked list',
    'dlt list',
    'progress',
  ])('%s creates no home when there is none', async (command) => {
    const { code } = await runBatchmill(home, command.split(' '));

    expect(code).toBe(0);
    expect(existsSync(home)).toBe(false);
  });
});

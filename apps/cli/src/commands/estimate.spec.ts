import { decodeId } from '@batchmill/documents';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EstimateJson } from '../estimate/estimate-json.js';
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
    expect(out).toMatch(/text-embedding-3-small +20 +1 +\d+ +0 +0 +<\$0\.0001 +<\$0\.0001 +<\$0\.0001\n/);
    expect(out).toMatch(
      /\nsynchronously <\$0\.0001, <\$0\.0001 and <\$0\.0001: of what is expected, <\$0\.0001 is saved\n$/,
    );
  });

  it('R10 M3: ended documents that lack a function are estimated for this one, and counted by it', async () => {
    await seedReports(home, 5);
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const [first, second] = await Array.fromAsync(store.collection('blocks').find({}, { sort: { _id: 1 }, limit: 2 }));
    const ended = {
      embedding_status: 'completed',
      'embedding_processing_info.functions': { other: { state: 'done' } },
    };
    await store.collection('blocks').updateOne({ _id: first?.['_id'] }, { $set: ended });
    await store.collection('blocks').updateOne({ _id: second?.['_id'] }, { $set: { embedding_status: 'completed' } });
    await store.close();

    const plain = await runBatchmill(home, estimate);
    const missing = await runBatchmill(home, [...estimate, '--redo', 'missing']);

    expect(plain.out).toContain('annual-reports: 4 documents pending or lacking a function\n');
    expect(plain.out).toContain('\nof these, 1 document lacks embeddings\n');
    expect(missing.out).toContain('annual-reports: 1 document lacking a function\n');
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
    await store
      .collection('blocks')
      .insertMany(ids.map((_id) => ({ ...block, _id, text_content: `Revenue of ${String(_id)} grew.` })));
    await store.close();
    const file = join(folder, 'ids.txt');
    await writeFile(file, `${hex}\n7\nb\n`);

    const { out } = await runBatchmill(home, [...estimate, '--documents-file', file, '--json']);

    expect(JSON.parse(out)).toMatchObject({ found: 3, requests: 3 });
  });

  it('M3: it needs no key and calls no provider', async () => {
    await seedReports(home, 30);
    const nowhere = { OPENAI_API_KEY: '', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };

    const { code, err, out } = await runBatchmill(home, [...estimate, '--json'], nowhere);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ found: 30, documents: 30, sampled: 30, requests: 30, batches: 1 });
  });

  it('M3 X2: requests that the provider does not take in batches are refused, as a run of them is', async () => {
    await seedReports(home, 3);

    const { code, err } = await runBatchmill(home, [...estimate], { BATCHMILL_PROVIDER: 'groq' });

    expect(code).not.toBe(0);
    expect(err.replaceAll(/\s+/g, ' ')).toContain('found requests to /v1/embeddings');
  });

  it('M3: the prices are three: without answers, with those expected and with the longest; it says what is expected', async () => {
    await seedReports(home, 30);
    const inference = 'estimate annual-reports --endpoint inference --function summary'.split(' ');

    const { out } = await runBatchmill(home, inference);
    const json = JSON.parse((await runBatchmill(home, [...inference, '--json'])).out) as EstimateJson;

    expect(out).toContain('expected answers: 25 % of the longest, since there are no earlier ones\n');
    const { floor, expected, worst } = json.cost;
    expect(expected.usd).toBeGreaterThan(floor.usd!);
    expect(worst.usd).toBeGreaterThan(expected.usd!);
    expect(expected.synchronousUsd).toBeCloseTo(expected.usd! * 2, 9);
    expect(json.answers).toMatchObject([{ function: 'summary', basis: 'share-of-max', answers: 0 }]);
  });

  it('M3: documents that cannot be asked are counted, with the reason', async () => {
    await seedReports(home, 3);
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    await store.collection('blocks').updateMany({ _id: { $ne: 'JKHY-0' } }, { $unset: { text_content: '' } });
    await store.close();

    const { out } = await runBatchmill(home, estimate);
    const json = JSON.parse((await runBatchmill(home, [...estimate, '--json'])).out) as EstimateJson;

    expect(out).toMatch(/\n2 documents cannot be asked: [a-z.-]+: .*text_content/);
    expect(json).toMatchObject({ documents: 3, requests: 1, unasked: [{ documents: 2 }] });
  });

  it('M3: what stands for more documents than were read is said to be extrapolated', async () => {
    await seedReports(home, 3);

    const { out } = await runBatchmill(home, [...estimate, '--documents', '5000']);
    const both = await runBatchmill(home, [...estimate, '--documents', '5000', '--exact']);

    expect(out).toContain('annual-reports: 3 documents pending, estimated for 5,000\n');
    expect(out).toContain('\nextrapolated from 3 documents\n');
    expect(both.code).toBe(1);
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

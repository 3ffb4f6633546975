import { decodeId } from '@batchmill/documents';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandProcess } from '../testing/command-process.js';

const fast = {
  OPENAI_BASE_URL: 'simulated',
  BATCHMILL_SIMULATOR_SPEED: '3600',
  BATCHMILL_FIRST_POLL_MS: '50',
  POLL_INTERVAL: '0.2',
};
const hex = '64af0123456789abcdef0123';

describe('batchmill search', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-search-'));
    const store = EmbeddedStore.open({ file: join(cwd, '.batchmill', 'state.db') });
    const block = { doc_id: 'report', company: 'JKHY', doc_type: 'Annual Report' };
    await store.collection('blocks').insertMany([
      { ...block, _id: decodeId(`{"$oid":"${hex}"}`), text_content: 'Payments grew in the first quarter.' },
      { ...block, _id: 7, text_content: 'The board thanks the shareholders.' },
    ]);
    await store.close();
    await CommandProcess.start(cwd, ['run', 'annual-reports', '--endpoint', 'embeddings'], fast).exit();
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it.each([
    ['payments first quarter', hex, 'Payments grew in the first quarter.'],
    ['board shareholders', '7', 'The board thanks the shareholders.'],
  ])('E4: "%s" finds the text of the document %s, whatever the type of its id', async (query, id, text) => {
    const search = CommandProcess.start(cwd, ['search', 'annual-reports', query, '--top', '1'], fast);

    await expect(search.exit()).resolves.toBe(0);
    expect(search.output).toContain(`report  ${id}  ${text}`);
  });
});

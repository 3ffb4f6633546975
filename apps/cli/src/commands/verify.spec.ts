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

describe('batchmill verify', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-verify-'));
    const block = { doc_id: 'report', company: 'JKHY', doc_type: 'Annual Report' };
    await changed((blocks) =>
      blocks.insertMany([
        { ...block, _id: 1, text_content: 'Payments grew in the first quarter.' },
        { ...block, _id: 2, text_content: 'The board thanks the shareholders.' },
      ]),
    );
    await command('run', 'annual-reports', '--endpoint', 'embeddings');
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  async function changed(change: (blocks: ReturnType<EmbeddedStore['collection']>) => Promise<unknown>): Promise<void> {
    const store = EmbeddedStore.open({ file: join(cwd, '.batchmill', 'state.db') });
    await change(store.collection('blocks'));
    await store.close();
  }

  async function command(...args: string[]): Promise<{ code: unknown; output: string }> {
    const process = CommandProcess.start(cwd, args, fast);
    return { code: await process.exit(), output: process.output };
  }

  it('E4: exits with 3 where documents and vectors differ, and with 0 once they are mended and embedded', async () => {
    const equal = await command('verify', 'annual-reports');
    await changed((blocks) => blocks.updateOne({ _id: 1 }, { $set: { text_content: 'Payments fell.' } }));
    const differs = await command('verify', 'annual-reports');
    const stale = await command('run', 'annual-reports', '--endpoint', 'embeddings', '--redo', 'stale');
    const mended = await command('verify', 'annual-reports', '--json');

    expect(equal.output).toMatch(/2 documents, 2 of them completed; 2 vectors in .*\nno differences/);
    expect(equal.code).toBe(0);
    expect(differs.output).toMatch(/stale +1\b/);
    expect(differs.code).toBe(3);
    expect(stale.output).toContain('1 is stale: what would be embedded now is not what was');
    expect(JSON.parse(mended.output)).toMatchObject({ vectors: 2, counts: { stale: 0 }, differences: [] });
    expect(mended.code).toBe(0);
  });
});

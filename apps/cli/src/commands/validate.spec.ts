import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

describe('batchmill validate', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-validate-'));
    process.env['BATCHMILL_PIPELINES'] = join(folder, 'pipelines');
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, 'BATCHMILL_PIPELINES');
    await rm(folder, { recursive: true, force: true });
  });

  async function write(name: string, more = ''): Promise<void> {
    await mkdir(join(folder, 'pipelines', name), { recursive: true });
    await writeFile(
      join(folder, 'pipelines', name, `${name}.pipeline.ts`),
      `import { definePipeline } from '@batchmill/pipeline';
       export default definePipeline({
         name: '${name}',
         source: { collection: 'notes' },
         embeddings: { text: 'text', vectors: { collection: 'notes' } },
         ${more}
       });`,
    );
  }

  it('C6: names the pipelines without a mistake, and creates nothing', async () => {
    await write('letters');

    const { out, code } = await runBatchmill(join(folder, 'home'), ['validate']);

    expect(code).toBe(0);
    // The one of the repository's consumer is among them.
    expect(out).toBe(`${join(folder, 'pipelines')}: 2 pipelines, no mistakes\n  letters\n  story-groups\n`);
    expect(existsSync(join(folder, 'home'))).toBe(false);
  });

  it('C6: lists every mistake of every pipeline, also as JSON, and exits with 1', async () => {
    await write('letters', 'sourse: {},');
    await write('replies', 'schedule: { cron: "often" },');

    const text = await runBatchmill(folder, ['validate']);
    const json = await runBatchmill(folder, ['validate', '--json']);

    expect([text.code, json.code]).toEqual([1, 1]);
    expect(text.err).toMatch(/letters.*sourse: found an unknown key, expected "source"/);
    expect(text.err).toMatch(/replies.*schedule.*cron/);
    expect(JSON.parse(json.out)).toEqual({
      folder: join(folder, 'pipelines'),
      pipelines: [],
      problems: text.err.trimEnd().split('\n'),
    });
  });
});

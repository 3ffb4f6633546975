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
    process.env['BATCHMILL_CONSUMERS_FOLDER'] = join(folder, 'consumers');
  });
  afterEach(async () => {
    for (const name of ['BATCHMILL_PIPELINES', 'BATCHMILL_CONSUMERS_FOLDER']) Reflect.deleteProperty(process.env, name);
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
      consumers: [],
      problems: text.err.trimEnd().split('\n'),
    });
  });

  async function writeConsumer(name: string, definition: string): Promise<void> {
    await mkdir(join(folder, 'consumers', name), { recursive: true });
    await writeFile(
      join(folder, 'consumers', name, `${name}.consumer.ts`),
      `import { RunFinished } from '@batchmill/contracts/events';
       import { defineConsumer } from '@batchmill/consumer';
       ${definition}`,
    );
  }

  it('S7: names the consumers of the folder', async () => {
    await write('letters');
    await writeConsumer(
      'filer',
      "export default defineConsumer({ name: 'filer', consumes: [RunFinished], async handle() {} });",
    );

    const { out, code } = await runBatchmill(join(folder, 'home'), ['validate']);

    expect(code).toBe(0);
    expect(out).toMatch(/consumers: 1 consumer, no mistakes\n {2}filer\n$/);
  });

  it('S7: a consumer that does not load, or is wrong, is named with its reason', async () => {
    await write('letters');
    await writeConsumer('torn', 'throw new Error("the cause");');
    await writeConsumer('filer', "export default { name: 'other', consume: [RunFinished], handle: 1 };");
    await writeConsumer(
      'reader',
      "export default defineConsumer({ name: 'readr', consumes: [RunFinished], async handle() {} });",
    );
    await writeFile(join(folder, 'consumers/lost.consumer.ts'), '');

    const { err, code } = await runBatchmill(folder, ['validate']);

    expect(code).toBe(1);
    expect(err).toMatch(/torn\.consumer\.ts: cannot be loaded \(.*the cause\), expected a module of defineConsumer/);
    expect(err).toMatch(/filer\.consumer\.ts: consume: found an unknown key, expected "consumes"\?/);
    expect(err).toMatch(/filer\.consumer\.ts: handle: found a number, expected a method/);
    expect(err).toMatch(/reader\.consumer\.ts: name: found "readr", expected its folder’s: "reader"/);
    expect(err).toMatch(/consumers: found lost\.consumer\.ts, expected lost\/lost\.consumer\.ts/);
  });
});

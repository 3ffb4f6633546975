import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill, type CommandResult } from './testing/run-batchmill.js';

const page = readFileSync(join(import.meta.dirname, '../../../docs/how-to/from-your-flags.md'), 'utf8');
const rows = [...page.matchAll(/^\| `batchmill (--[^`]+)` +\| `batchmill ([^`]+)` +\|$/gm)].map(
  ([, flags = '', verbs = '']) => [flags, verbs] as const,
);

const definition = `
import { definePipeline } from '@batchmill/pipeline';
export default definePipeline({
  name: 'notes',
  source: { collection: 'notes' },
  embeddings: { text: 'text', dimensions: 8, vectors: { collection: 'notes' } },
});
`;

describe('docs/how-to/from-your-flags.md', () => {
  let folder: string;
  let providerBatch: string;
  const env = { BATCHMILL_SIMULATOR_SPEED: '3600', BATCHMILL_FIRST_POLL_MS: '20', POLL_INTERVAL: '0.1' };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-flags-'));
    Object.assign(process.env, { ...env, BATCHMILL_PIPELINES: join(folder, 'pipelines') });
    await mkdir(join(folder, 'pipelines/notes'), { recursive: true });
    await writeFile(join(folder, 'pipelines/notes/notes.pipeline.ts'), definition);
    const store = EmbeddedStore.open({ file: join(folder, 'home/state.db') });
    const documents = Array.from({ length: 6 }, (_, index) => ({
      _id: `n${index}`,
      doc_id: 'd',
      text: `Note ${index}`,
    }));
    await store.collection('notes').insertMany(documents);
    await store.close();
    await type('run notes --run-id one --limit 1');
    const { out } = await type('batch status one.c1.b1 --json');
    ({ providerBatchId: providerBatch } = JSON.parse(out) as { providerBatchId: string });
  });
  afterAll(async () => {
    for (const name of [...Object.keys(env), 'BATCHMILL_PIPELINES']) Reflect.deleteProperty(process.env, name);
    await rm(folder, { recursive: true, force: true });
  });

  const type = (words: string): Promise<CommandResult> => runBatchmill(join(folder, 'home'), words.split(' '));
  const filledIn = (words: string): string =>
    words.replace('PIPELINE', 'notes').replace('DEFAULT', 'notes').replace('BATCH', 'one.c1.b1').replace('RUN', 'one');

  it('has a row for each flag', () => {
    for (const flag of ['batch', 'batch-status', 'batch-process', 'batch-list', 'batch-cancel', 'progress']) {
      expect(rows.map(([flags]) => flags.split(' ')[0])).toContain(`--${flag}`);
    }
  });

  it.each(rows)(
    'R2: flags do what the verbs beside them do: batchmill %s, batchmill %s',
    async (flags, verbs) => {
      process.env['DEFAULT_PIPELINE'] = 'notes';
      const byFlags = await type(filledIn(flags));
      Reflect.deleteProperty(process.env, 'DEFAULT_PIPELINE');

      expect({ code: byFlags.code, err: byFlags.err }).toEqual({ code: 0, err: '' });
      if (verbs.startsWith('run')) expect(byFlags.out).toMatch(/^run +\S+ \(notes, embeddings\)\nstatus +finished/m);
      else expect(byFlags).toEqual(await type(filledIn(verbs)));
    },
    240_000,
  );

  it('R2: a batch can be named by the provider’s id', async () => {
    const { code, out } = await type(`--batch-status ${providerBatch}`);

    expect(code).toBe(0);
    expect(out).toMatch(/^batchId +one\.c1\.b1$/m);
  });

  it('R2: a run without a pipeline lists all pipelines and exits with 1', async () => {
    const { code, out, err } = await type('--batch');

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('found no --pipeline and no setting DEFAULT_PIPELINE, expected one of');
    expect(err).toMatch(/^ {2}notes$/m);
  });

  it('R2: a missing or unknown argument of a flag is reported as for its verb', async () => {
    const incomplete = await type('--batch-status');
    const unknown = await type('--batch-list --colour');

    expect(incomplete).toMatchObject({ code: 1, err: expect.stringContaining('batchmill batch status --help') });
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('--colour') });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill, type CommandResult } from './command.js';
import { manyNotes } from './notes-pipeline.js';

const pipeline = `
import { chat, definePipeline } from '@batchmill/pipeline';
export default definePipeline({
  name: 'notes',
  source: { collection: 'notes' },
  inference: {
    functions: [
      chat({
        name: 'summary',
        model: 'gpt-4o-mini',
        user: '{{ text }}',
        process: () => {
          PROCESSOR
        },
      }),
    ],
  },
});
`;

describe('batchmill batch reprocess', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-reprocess-'));
    await mkdir(join(cwd, 'pipelines', 'notes'), { recursive: true });
    const store = EmbeddedStore.open({ file: join(cwd, '.batchmill', 'state.db') });
    await store.collection('notes').insertMany(manyNotes(4));
    await store.close();
    await processorThat(`throw new Error('a mistake');`);
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  const processorThat = (code: string): Promise<void> =>
    writeFile(join(cwd, 'pipelines', 'notes', 'notes.pipeline.ts'), pipeline.replace('PROCESSOR', code));
  const run = (args: string): Promise<CommandResult> =>
    batchmill(cwd, args.split(' '), {
      env: {
        OPENAI_BASE_URL: 'simulated',
        BATCHMILL_SIMULATOR_SPEED: '3600',
        BATCHMILL_FIRST_POLL_MS: '50',
        BATCHMILL_PIPELINES: join(cwd, 'pipelines'),
        POLL_INTERVAL: '0.2',
      },
    });

  it('R2: says what a run keeps, and completes its documents once the processor is mended, at no cost', async () => {
    const ran = await run('run notes --run-id r');
    const shown = await run('runs show r');
    const before = JSON.parse((await run('runs show r --json')).out) as Record<string, unknown>;

    const still = await run('batch reprocess r.c1.b1');
    await processorThat(`return 'mended';`);
    const mended = await run('batch reprocess --run r');
    const after = JSON.parse((await run('runs show r --json')).out) as Record<string, unknown>;
    const documents = await run('export --collection notes');

    expect(ran.code).toBe(3);
    expect(shown.out).toContain('4 answers that could not be used');
    expect(shown.out).toContain('batchmill batch reprocess --run r');
    expect(still).toMatchObject({ code: 0 });
    expect(still.out).toContain('0 kept answers used, 0 documents completed; 4 still cannot be used');
    expect(mended).toMatchObject({ code: 0 });
    expect(mended.out).toContain('batch r.c1.b1: 4 kept answers used, 4 documents completed\n');
    const savings = { savedUsd: 0.0000702, ofUsd: 0.0001053 };
    expect(before).toMatchObject({ savings: { savedUsd: -0.0000351, ofUsd: 0 } });
    const cost = { ...(before['cost'] as object), savedUsd: savings.savedUsd };
    expect(after).toEqual({ ...before, keptAnswers: 0, reprocessed: { answers: 4, documents: 4 }, savings, cost });
    expect((await run('runs show r')).out).toContain('4 kept answers were used later, which completed 4 documents');
    expect(documents.out.match(/"talking_points":"mended"/g)).toHaveLength(4);
  });

  it('says when nothing is kept, which batch is unknown, and that one of the two is to be named', async () => {
    const nothing = await run('batch reprocess --run r');
    const unknown = await run('batch reprocess nowhere');
    const unnamed = await run('batch reprocess');

    expect(nothing).toMatchObject({ code: 0, out: 'run r keeps no answers: there is nothing to process again\n' });
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('there is no batch nowhere') });
    expect(unnamed).toMatchObject({ code: 1, err: expect.stringContaining('--run') });
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill, type CommandResult } from '../testing/run-batchmill.js';

describe('batchmill new consumer', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-new-'));
    await writePipeline('letters', 'mail');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function writePipeline(name: string, collection: string): Promise<void> {
    await mkdir(join(folder, 'pipelines', name), { recursive: true });
    await writeFile(
      join(folder, 'pipelines', name, `${name}.pipeline.ts`),
      `import { definePipeline } from '@batchmill/pipeline';
       export default definePipeline({
         name: '${name}',
         source: { collection: '${collection}' },
         embeddings: { text: 'text', vectors: { collection: '${collection}' } },
       });`,
    );
  }

  /** The repository's consumer brings a pipeline of its own, so one has to be chosen. */
  function create(name: string, ...args: string[]): Promise<CommandResult> {
    return runBatchmill(join(folder, 'home'), ['new', 'consumer', name, ...args], {
      BATCHMILL_PIPELINES: join(folder, 'pipelines'),
      BATCHMILL_CONSUMERS_FOLDER: join(folder, 'consumers'),
    });
  }
  const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');

  it('S7: writes a consumer of the pipeline and its test, and says how to run them', async () => {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');

    const { out, code } = await create('mill-watcher', '--pipeline', 'letters');

    expect(code).toBe(0);
    expect(out).toMatch(/^mill-watcher: a new consumer of the answers of letters\n/);
    expect(out).toContain('  consumers/mill-watcher/mill-watcher.consumer.ts\n  test/mill-watcher.test.mts\n');
    expect(out).toContain(
      '  BATCHMILL_CONSUMERS=mill-watcher npx batchmill serve\n  npx batchmill serve mill-watcher\n',
    );
    const written = await read('consumers/mill-watcher/mill-watcher.consumer.ts');
    expect(written).toContain("name: 'mill-watcher'");
    expect(written).toContain("!== 'letters'");
    expect(written).toContain("collection('mail')");
    expect(await read('test/mill-watcher.test.mts')).toContain("consumers: ['mill-watcher']");
  });

  it('S7: says what a project lacks: modules, its compiler’s folder, a service of its Compose file', async () => {
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(join(folder, 'tsconfig.json'), '{ "include": ["src"] }');
    await writeFile(join(folder, 'compose.yaml'), 'x-stage: &stage\nservices:\n  notifier:\n    <<: *stage\n');

    const { out } = await create('filer', '--pipeline', 'letters');

    expect(await read('consumers/package.json')).toBe('{ "type": "module" }\n');
    expect(out).toContain('In tsconfig.json, add "consumers" to "include".\n');
    expect(out).toContain('\n  filer:\n    <<: *stage\n    command: [serve, filer]\n');
  });

  it('S7: changes nothing when it is repeated', async () => {
    const first = await create('filer', '--pipeline', 'letters', '--json');
    await writeFile(join(folder, 'consumers/filer/filer.consumer.ts'), '// mine\n');

    const second = await create('filer', '--pipeline', 'letters', '--json');

    const { written } = JSON.parse(first.out) as { written: string[] };
    expect(JSON.parse(second.out)).toMatchObject({
      consumer: 'filer',
      pipeline: 'letters',
      written: [],
      kept: written,
    });
    expect(await read('consumers/filer/filer.consumer.ts')).toBe('// mine\n');
  });

  it.each([
    ['Mill Watcher', [], 'found "Mill Watcher", expected lower-case letters and digits, with hyphens between them'],
    ['notifier', [], 'found "notifier", which is the name of a stage, expected another name'],
    ['filer', ['--pipeline', 'leters'], 'found no pipeline "leters", expected one of letters'],
    ['filer', [], '--pipeline: found none, expected one of letters, story-groups'],
  ])('S7: refuses the name %j or a wrong pipeline, and writes nothing: %j', async (name, args, message) => {
    const { code, err } = await create(name, ...args);

    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(message) });
    await expect(read(`consumers/${name}/${name}.consumer.ts`)).rejects.toThrow('ENOENT');
  });
});

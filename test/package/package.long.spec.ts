import { SystemClock } from '@batchmill/contracts';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { eventually } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, type ExecFileException } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packedPackage } from './packed-package.js';
import { filesOf, programs } from './user-folder.js';
import { UserProcess } from './user-process.js';

const root = join(import.meta.dirname, '../..');

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** An empty folder with nothing but the packed package, as a user has it. */
describe('the package that users install', () => {
  let folder: string;
  let tarball: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-package-'));
    tarball = await packedPackage(folder);
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
    expect(await run('npm', ['install', '--no-audit', '--no-fund', tarball], folder)).toMatchObject({ code: 0 });
    for (const [name, content] of Object.entries(filesOf())) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), content);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const batchmill = (...args: string[]): Promise<Result> =>
    run(process.execPath, ['node_modules/batchmill/bin/batchmill.js', ...args], folder);

  it('holds what users need, and nothing of ours that only works in the repository', async () => {
    const installed = join(folder, 'node_modules/batchmill');
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>;
    const code = await Promise.all(
      (await readdir(join(installed, 'dist'))).map((name) => readFile(join(installed, 'dist', name), 'utf8')),
    );

    expect((await readdir(installed)).sort()).toEqual(
      expect.arrayContaining(['LICENSE', 'NOTICE', 'README.md', 'bin', 'dist', 'package.json']),
    );
    expect(manifest).toMatchObject({ name: 'batchmill', license: 'Apache-2.0', engines: { node: '>=22.22' } });
    expect(manifest).not.toHaveProperty('private');
    expect(JSON.stringify(manifest['dependencies'])).not.toContain('@batchmill/');
    expect(code.filter((text) => /(?:from|import\()\s*["']@batchmill\//.test(text))).toEqual([]);
    expect(code.filter((text) => text.includes(root))).toEqual([]);
  });

  it.each([true, false])('passes the user’s strict compiler, with skipLibCheck %j', async (skipLibCheck) => {
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      verbatimModuleSyntax: true,
      module: 'nodenext',
      target: 'es2022',
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      noEmit: true,
      skipLibCheck,
    };
    const config = { compilerOptions, include: ['*.ts', 'pipelines', 'consumers'] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));

    const compiled = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder);

    expect(compiled).toEqual({ code: 0, out: '', err: '' });
  });

  it('loads documents, previews, runs and exports them by its command', async () => {
    const loaded = await batchmill('load', 'notes.jsonl', '--collection', 'notes');
    const preview = await batchmill('preview', 'notes');
    const ran = await batchmill('run', 'notes', '--json');
    const exported = await batchmill('export', '--collection', 'notes');

    expect(loaded).toMatchObject({ code: 0, out: 'notes: 3 documents loaded\n' });
    expect(preview.out).toContain('Summarise in one sentence: The mill number 1');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ status: 'finished', total: 3, succeeded: 3 });
    const summaries = exported.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { summary?: string });
    expect(summaries).toHaveLength(3);
    for (const { summary } of summaries) expect(summary).toMatch(/mill/);
  });

  it('R2: answers the rows of a CSV file once, and nothing is sent by the same command again', async () => {
    await writeFile(join(folder, 'mills.csv'), 'text\n"The mill turns\nat the river."\n');
    const args = ['once', 'mills.csv', '--prompt', 'Summarise: {{ text }}', '--json'];

    const first = await batchmill(...args);
    const second = await batchmill(...args);

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(JSON.parse(first.out)).toMatchObject({ output: 'mills.answers.jsonl', answered: 1, requests: 1 });
    expect(JSON.parse(second.out)).toMatchObject({ output: 'mills.answers.jsonl', answered: 1, requests: 0 });
    expect(JSON.parse(await readFile(join(folder, 'mills.answers.jsonl'), 'utf8'))).toEqual({
      text: 'The mill turns\nat the river.',
      answer: expect.stringContaining('mill'),
    });
  });

  it.each(Object.keys(programs))('runs %s', async (name) => {
    const ran = await run(process.execPath, [name], folder);

    expect(ran).toMatchObject({ code: 0, out: programs[name] });
  });

  it('writes a project that is installed, runs, passes its own test, and is checked', async () => {
    const npm = (...args: string[]): Promise<Result> => run('npm', args, join(folder, 'demo'));

    expect(await run('npx', ['batchmill', 'init', 'demo'], folder)).toMatchObject({ code: 0 });
    expect(await npm('install', '--no-audit', '--no-fund')).toMatchObject({ code: 0 });
    const batchmill = (...args: string[]): Promise<Result> => npm('exec', '--', 'batchmill', ...args);
    const loaded = await batchmill('load', 'documents/letters.jsonl', '--collection', 'letters');
    const ran = await batchmill('run', 'letters', '--json');

    expect(loaded.out).toBe('letters: 3 documents loaded\n');
    expect(JSON.parse(ran.out)).toMatchObject({ status: 'finished', succeeded: 3 });
    expect(await npm('test')).toMatchObject({ code: 0, out: expect.stringMatching(/pass 1\n/) });
    expect(await npm('run', 'check')).toMatchObject({ code: 0 });
  });

  it('S7: writes a consumer that is tested, checked and served, and whose events are seen', async () => {
    const demo = join(folder, 'demo');
    const npm = (...args: string[]): Promise<Result> => run('npm', args, demo);
    const batchmill = (...args: string[]): Promise<Result> => npm('exec', '--', 'batchmill', ...args);

    const created = await batchmill('new', 'consumer', 'mill-watcher');

    expect(created).toMatchObject({ code: 0, out: expect.stringContaining('npx batchmill serve mill-watcher') });
    expect(await npm('test')).toMatchObject({ code: 0, out: expect.stringMatching(/pass 2\n/) });
    expect(await npm('run', 'check')).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 consumer, no mistakes'),
    });
    const env = { ...process.env, OPENAI_BASE_URL: 'simulated', BATCHMILL_CONSUMERS: 'mill-watcher', PORT: '0' };
    const served = UserProcess.start('npm exec -- batchmill serve', demo, env);
    try {
      await served.printed('"message":"running"');
      await batchmill('run', 'letters', '--redo', 'all', '--yes', '--json');
      await eventually('an event of each letter', async () => (await filedIn(demo)).size === 3);
    } finally {
      await served.stop();
    }

    expect(await filedIn(demo)).toEqual(new Set(['letter-1', 'letter-2', 'letter-3']));
  });

  it('says what to do where there is no folder of pipelines', async () => {
    const empty = await mkdtemp(join(folder, 'empty-'));

    const { code, err } = await run(
      process.execPath,
      [join(folder, 'node_modules/batchmill/bin/batchmill.js'), 'run', 'notes'],
      empty,
    );

    expect(code).toBe(1);
    expect(err).toContain(join(empty, 'pipelines'));
  });
});

/** The documents of which the consumer of a project has published that they are filed. */
async function filedIn(project: string): Promise<Set<unknown>> {
  const bus = EmbeddedBus.open({ file: join(project, '.batchmill/bus.db'), clock: new SystemClock() });
  try {
    const messages = await Array.fromAsync(bus.read('batchmill.mill-watcher.filed'));
    const events = messages.map(({ value }) => JSON.parse(value?.toString() ?? '{}') as { documentId?: string });
    return new Set(events.map(({ documentId }) => documentId));
  } finally {
    await bus.close();
  }
}

function run(command: string, args: readonly string[], cwd: string): Promise<Result> {
  const env = { ...process.env, OPENAI_BASE_URL: 'simulated', BATCHMILL_ENV: 'development' };
  const isNode = command === process.execPath;
  return new Promise((resolve) => {
    const all = isNode ? ['--disable-warning=ExperimentalWarning', ...args] : args;
    execFile(command, all, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error: ExecFileException | null, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });
}

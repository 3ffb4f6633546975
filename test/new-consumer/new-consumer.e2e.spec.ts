import { EmbeddedStore } from '@batchmill/store/embedded';
import { eventually } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { changedFiles, filesIn } from './files-in.js';
import { copyRepository } from './repository-copy.js';
import { StartedApp } from './started-app.js';
import { TraceSink } from './trace-sink.js';

const name = 'court-letters';

describe('npm run new:consumer', () => {
  let folder: string;
  let before: ReadonlyMap<string, string>;
  let made: Ran;

  beforeAll(async () => {
    folder = await copyRepository();
    before = filesIn(folder);
    made = await node('tools/new-consumer/command.ts', name);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('S7: a new consumer is one new folder and two files outside it, and says so', () => {
    const outside = changedFiles(before, filesIn(folder)).filter((file) => !file.startsWith(`apps/${name}/`));

    expect(outside).toEqual(['docker-compose.yml', 'package-lock.json']);
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toContain(`Files touched outside apps/${name}: 2\n  docker-compose.yml\n  package-lock.json\n`);
  });

  it('S7: it is composed as the stages are, and is in the lock file as npm writes it', async () => {
    const compose = await contentOf('docker-compose.yml');
    const lock = JSON.parse(await contentOf('package-lock.json')) as { packages: Record<string, unknown> };
    const { dependencies } = JSON.parse(await contentOf(`apps/${name}/package.json`)) as { dependencies: unknown };

    expect(compose).toContain(`\n\n  ${name}:\n    <<: *stage\n    command: [${name}]\n\n`);
    expect(lock.packages[`apps/${name}`]).toMatchObject({ name: `@batchmill/${name}`, dependencies });
    expect(lock.packages[`node_modules/@batchmill/${name}`]).toEqual({ resolved: `apps/${name}`, link: true });
  });

  it('S7: it may import what a stage may, without being listed', async () => {
    const files =
      "import('./tools/import-boundaries.js').then((all) => console.log(JSON.stringify(all.importBoundaries.map((one) => one.files))))";

    const { out } = await node('--input-type=module', '--eval', files);

    expect(out).toContain(`apps/${name}/**/*.ts`);
    expect(out).toContain(`apps/${name}/src/main.ts`);
  });

  it('S7: it builds, passes lint, format, types and its own tests as it stands', async () => {
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', `apps/${name}`, 'error-codes'];
    const built = await node('node_modules/nx/dist/bin/nx.js', 'run', `@batchmill/${name}:build`);
    const checks = [
      await node('node_modules/prettier/bin/prettier.cjs', '--check', `apps/${name}`, 'docker-compose.yml'),
      ...(await Promise.all([
        node('node_modules/eslint/bin/eslint.js', `apps/${name}`),
        node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'),
      ])),
      await node(...jest, '--forceExit'),
      await node('tools/print-reference.ts', '--check'),
    ];

    expect([built, ...checks].filter(({ code }) => code !== 0)).toEqual([]);
    expect(checks.map(({ err }) => err).join('\n')).toMatch(/Tests: +\d+ passed/);
  }, 180_000);

  it('S7: alone it is a service; in one process with the line it asks for its run and takes up the answers, in one trace', async () => {
    const home = join(folder, 'home');
    await insertLetters(home, 3);
    const traces = await TraceSink.open();
    const env = {
      BATCHMILL_HOME: home,
      BATCHMILL_CONSUMERS: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: traces.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    };

    const alone = await StartedApp.start(folder, name, { BATCHMILL_HOME: join(folder, 'home-of-its-own') });
    const ready = await alone.ask('/health/ready');
    const codes = [await alone.stop()];
    const all = await StartedApp.start(folder, 'all-in-one', { ...env, BATCHMILL_SIMULATOR_SPEED: '1000' });
    await eventually('the answers to be taken up', async () => {
      const { text: counts } = await all.ask('/metrics');
      return /messages\w*\{[^}]*stage="court-letters"[^}]*outcome="handled"/.test(counts);
    });
    codes.push(await all.stop());
    const { letters, runs } = await storedIn(home);

    expect(ready).toMatchObject({ status: 200 });
    expect(codes).toEqual([0, 0]);
    expect(runs).toEqual([expect.objectContaining({ pipeline: name, _id: expect.stringContaining(name) })]);
    expect(letters).toHaveLength(3);
    for (const letter of letters) expect(letter).toMatchObject({ handled_by: { [name]: { runId: runs[0]!['_id'] } } });
    const [, traceId = ''] = String(runs[0]!['traceparent']).split('-');
    expect(traces.holds(`${name} results.ingested`, traceId)).toBe(true);
    expect(traces.holds('batch-submitter submit', traceId)).toBe(true);
    await traces.close();
  });

  it.each([
    ['result-ingester', 'which is taken by apps/result-ingester'],
    ['telemetry', 'which is taken by libs/telemetry'],
    ['annual-reports', 'which is taken by pipelines/annual-reports'],
    ['kafka', 'which is taken in docker-compose.yml'],
    ['CourtLetters', 'expected kebab-case'],
    ['court--letters', 'expected kebab-case'],
    ['../court', 'expected kebab-case'],
    ['', 'found no name'],
    ['promise', 'which is reserved'],
    ['runs', 'which is reserved'],
    ['dist', 'which is reserved'],
  ])('S7: the name %j is refused, and nothing is changed', async (wrong, reason) => {
    const unchanged = filesIn(folder);

    const { code, err } = await node('tools/new-consumer/command.ts', wrong);

    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(reason) });
    expect(err).toContain('Nothing was changed.');
    expect(changedFiles(unchanged, filesIn(folder))).toEqual([]);
  });

  async function node(...args: string[]): Promise<Ran> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], CI: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'close') as Promise<[number | null]>;
    const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { code, out, err };
  }

  function contentOf(path: string): Promise<string> {
    return readFile(join(folder, path), 'utf8');
  }
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function insertLetters(home: string, count: number): Promise<void> {
  const store = EmbeddedStore.open({ file: join(home, 'state.db') });
  const letters = Array.from({ length: count }, (_, index) => ({ _id: `letter-${index}`, text: `Letter ${index}.` }));
  await store.collection('court_letters').insertMany(letters);
  await store.close();
}

async function storedIn(home: string): Promise<Record<'letters' | 'runs', Record<string, unknown>[]>> {
  const store = EmbeddedStore.open({ file: join(home, 'state.db') });
  const letters = await Array.fromAsync(store.collection('court_letters').find({}));
  const runs = await Array.fromAsync(store.collection('runs').find({}));
  await store.close();
  return { letters, runs };
}

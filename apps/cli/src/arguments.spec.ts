import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { Runs } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill, type CommandResult } from './testing/run-batchmill.js';

describe('a pipeline that cannot be loaded', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-broken-'));
    await mkdir(join(folder, 'pipelines/notes'), { recursive: true });
    await writeFile(join(folder, 'pipelines/notes/notes.pipeline.ts'), 'export default {');
    process.env['BATCHMILL_PIPELINES'] = join(folder, 'pipelines');
    const store = EmbeddedStore.open({ file: join(folder, 'home/state.db') });
    const runs = new Runs(store, new SystemClock());
    await runs.insert(runs.new('first', { pipeline: 'notes', endpoint: 'embeddings' }, null)).apply([]);
    await store.close();
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, 'BATCHMILL_PIPELINES');
    await rm(folder, { recursive: true, force: true });
  });

  it('stops the runs, and none of the commands that need no pipeline', async () => {
    const run = (args: string): Promise<CommandResult> => runBatchmill(join(folder, 'home'), args.split(' '));

    expect(await run('run notes')).toMatchObject({ code: 1 });
    for (const args of ['runs list', 'batch list', 'parked list', 'dlt list', 'runs show first']) {
      expect(await run(args)).toMatchObject({ code: 0, err: '' });
    }
  });
});

describe('an argument that cannot be used', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-arguments-'));
    await writeFile(join(folder, 'empty.txt'), '# nothing but a comment\n');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const valuesOf: Record<string, string> = { BLANK: ' ', LONG: ' word'.repeat(9_001) };
  it.each([
    ['run annual-reports --endpoint images', '--endpoint', "'images'", 'expected embeddings or inference'],
    ['run annual-reports --limit 0', '--limit', "'0'", 'expected a whole number of at least 1'],
    ['run annual-reports --limit none', '--limit', "'none'", 'expected a whole number of at least 1'],
    ['run annual-reports --redo some', '--redo', "'some'", 'expected one of missing, failed, stale, all'],
    ['run annual-reports --limit 1.5', '--limit', "'1.5'", 'expected a whole number of at least 1'],
    ['run annual-reports --param colour', '--param', "'colour'", 'expected key=value'],
    ['run annual-reports --run-id a/b', '--run-id', "'a/b'", 'expected at most 100 letters, digits'],
    [
      'run annual-reports --companies-file no.txt',
      '--companies-file',
      'no.txt',
      'expected a text file, one entry per line',
    ],
    ['estimate annual-reports --documents-file no.txt', '--documents-file', 'no.txt', 'expected a text file'],
    ['estimate annual-reports --documents-file EMPTY', '--documents-file', 'found no entry', 'expected a text file'],
    ['estimate annual-reports --documents none', '--documents', "'none'", 'expected a whole number'],
    ['batch list --limit many', '--limit', "'many'", 'expected a whole number of at least 1'],
    ['search annual-reports growth --top -1', '--top', "'-1'", 'expected a whole number of at least 1'],
    ['search annual-reports BLANK', 'query', 'expected a question', 'search --help'],
    ['search annual-reports LONG', 'query', 'found 9001 tokens', 'expected at most 8192'],
    ['batch list --run unknown', 'run unknown', 'no run', 'runs list'],
    ['batch status nothing', 'batch nothing', 'no batch', 'batch list'],
    ['runs show nothing', 'run nothing', 'no run', 'runs list'],
    [
      'estimate annual-reports --endpoint embeddings --param __proto__=x',
      '__proto__',
      'found parameter',
      'expected one of',
    ],
    ['simulator --port x', '--port', "'x'", 'expected a number'],
    ['dlt redrive', 'dlt redrive', 'found neither', 'expected the id of a letter'],
    ['run', 'pipeline', 'missing', 'batchmill run --help'],
    ['run a b', 'run', 'got 2', 'Expected 1 argument'],
    ['run annual-reports --colour red', '--colour', 'unknown option', 'batchmill run --help'],
    ['runs shwo', "'shwo'", 'unknown command', 'Did you mean show?'],
  ])(
    '%s exits with 1 and names the flag, what was found and what was expected',
    async (command, flag, found, expected) => {
      const home = join(folder, 'home');
      const args = command
        .replace('EMPTY', join(folder, 'empty.txt'))
        .split(' ')
        .map((arg) => valuesOf[arg] ?? arg);

      const { code, out, err } = await runBatchmill(home, args);

      expect({ code, out }).toEqual({ code: 1, out: '' });
      for (const part of [flag, found, expected]) expect(err).toContain(part);
      expect(existsSync(home)).toBe(false);
    },
  );

  it('E4: a search before anything is embedded shows how to start', async () => {
    const { code, out } = await runBatchmill(join(folder, 'home'), ['search', 'annual-reports', 'growth']);

    expect(code).toBe(0);
    expect(out).toBe('nothing is embedded yet; start with: batchmill run annual-reports --endpoint embeddings\n');
  });
});

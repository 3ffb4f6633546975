import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { changedFiles, filesIn } from './files-in.js';
import { copyRepository } from './repository-copy.js';
import { runNode, type Ran } from './run-node.js';

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

  function node(...args: string[]): Promise<Ran> {
    return runNode(folder, ...args);
  }

  function contentOf(path: string): Promise<string> {
    return readFile(join(folder, path), 'utf8');
  }
});

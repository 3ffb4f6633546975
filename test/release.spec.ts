import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { carriesVersion, withVersion } from '../tools/release/with-version.ts';

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>>; steps: Step[] }>>;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

const root = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
const { version } = JSON.parse(textOf('packages/batchmill/package.json')) as { version: string };
const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
const workflows = files.filter((path) => path.startsWith('.github/workflows/'));
const jobsOf = (path: string): [string, Workflow['jobs'][string]][] =>
  Object.entries((parse(textOf(path)) as Workflow).jobs);
const stepsOf = (path: string): Step[] => jobsOf(path).flatMap(([, job]) => job.steps);

describe('a release', () => {
  it('everything that carries the version of Batchmill carries the one of the package', () => {
    const others = files
      .filter(carriesVersion)
      .filter((path) => withVersion(path, textOf(path), version) !== textOf(path));

    expect(others).toEqual([]);
  });

  it('the next version is written into everything that carries one, and into nothing that belongs to others', () => {
    const chart = 'deploy/helm/batchmill/Chart.yaml';
    const manifest = JSON.parse(withVersion('libs/store/package.json', textOf('libs/store/package.json'), '9.8.7')) as {
      version: string;
      dependencies: Record<string, string>;
    };

    expect(manifest.version).toBe('9.8.7');
    expect(manifest.dependencies).toMatchObject({ '@batchmill/mongo': '9.8.7', '@batchmill/sqlite': '9.8.7' });
    expect(manifest.dependencies['mongodb']).not.toBe('9.8.7');
    expect(parse(withVersion(chart, textOf(chart), '9.8.7'))).toMatchObject({ version: '9.8.7', appVersion: '9.8.7' });
    expect(withVersion('docker-compose.yml', textOf('docker-compose.yml'), '9.8.7')).toContain('batchmill:9.8.7\n');
  });

  it('no file that a release leaves alone names the image of a version', () => {
    const left = files
      .filter((path) => !carriesVersion(path))
      .filter((path) => textOf(path).includes(`batchmill:${version}`));

    expect(left).toEqual([]);
  });
});

describe('the workflows', () => {
  it.each(workflows)('pin every action by its commit, and say which release that is: %s', (path) => {
    const used = textOf(path)
      .split('\n')
      .filter((line) => /^\s*(?:- )?uses: /.test(line));

    expect(used.length).toBeGreaterThan(0);
    expect(used.filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  it.each(workflows)('may do nothing but read, except in a job that says what else: %s', (path) => {
    expect((parse(textOf(path)) as Workflow).permissions).toEqual({ contents: 'read' });
  });

  it.each(workflows)('run only scripts that there are: %s', (path) => {
    const names = stepsOf(path).flatMap(({ run }) => [...(run ?? '').matchAll(/npm run (?:--silent )?([\w:-]+)/g)]);

    expect(names.map(([, name]) => name!).filter((name) => !(name in scripts))).toEqual([]);
  });

  it('the token that publishes the package cannot write to the repository or its registry', () => {
    const { npm } = Object.fromEntries(jobsOf('.github/workflows/release.yml'));

    expect(npm!.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });
});

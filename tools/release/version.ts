import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { carriesVersion, withVersion } from './with-version.ts';

/*
 * Gives the next version to everything that carries one. Changesets chooses it for the package from the files in `.changeset`,
 * and moves their texts to the changelog. Run by the release workflow.
 */
const root = join(import.meta.dirname, '../..');
const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

run('npx', 'changeset', 'version');
const manifest = readFileSync(join(root, 'packages/batchmill/package.json'), 'utf8');
const { version } = JSON.parse(manifest) as { version: string };
for (const path of run('git', 'ls-files', '-z').split('\0').filter(carriesVersion)) {
  const text = readFileSync(join(root, path), 'utf8');
  const changed = withVersion(path, text, version);
  if (changed !== text) writeFileSync(join(root, path), changed);
}
run('npm', 'install', '--package-lock-only');
process.stdout.write(`${version}\n`);

import { readTextFile, repository } from '@batchmill/contracts';
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const name = 'batchmill';

/** The folder of the package `batchmill` that this code is a part of; in the repository, the root. */
const folder = repository ?? join(import.meta.dirname, '..');

/** The version of Batchmill. */
export const ownVersion = (JSON.parse(readTextFile(join(folder, 'package.json'))) as { version: string }).version;

/**
 * What the package.json of a project says to get this very package: its version, or the file from which it was installed, as a
 * tarball that was not published. A file in the project is named from there, so that an image of the project finds it, too.
 */
export function ownDependency(project: string): string {
  const modules = dirname(folder);
  const lock = join(modules, '.package-lock.json');
  if (!existsSync(lock)) return ownVersion;
  const { packages } = JSON.parse(readTextFile(lock)) as { packages?: Record<string, { resolved?: string }> };
  const resolved = packages?.[`node_modules/${name}`]?.resolved ?? '';
  if (!resolved.startsWith('file:')) return ownVersion;
  const file = resolve(modules, '..', resolved.slice('file:'.length));
  const fromProject = relative(project, file);
  return `file:${fromProject.startsWith('..') ? file : fromProject}`;
}

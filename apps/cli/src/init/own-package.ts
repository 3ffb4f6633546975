import { readTextFile, repository } from '@batchmill/contracts';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const name = 'batchmill';

/** The folder of the package `batchmill` that this code is a part of; in the repository, the root. */
const folder = repository ?? join(import.meta.dirname, '..');

/** The version of Batchmill. */
export const ownVersion = (JSON.parse(readTextFile(join(folder, 'package.json'))) as { version: string }).version;

/**
 * What a package.json says to get this very package: its version, or the file from which it was installed, as a tarball that
 * was not published.
 */
export function ownDependency(): string {
  const modules = dirname(folder);
  const lock = join(modules, '.package-lock.json');
  if (!existsSync(lock)) return ownVersion;
  const { packages } = JSON.parse(readTextFile(lock)) as { packages?: Record<string, { resolved?: string }> };
  const resolved = packages?.[`node_modules/${name}`]?.resolved ?? '';
  return resolved.startsWith('file:') ? `file:${resolve(modules, '..', resolved.slice('file:'.length))}` : ownVersion;
}

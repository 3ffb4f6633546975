import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Installed packages are linked instead; the others are not needed. */
const excludedFolders = ['node_modules', '.git', '.nx', '.servers', '.batchmill', 'coverage'];

/** Copies this repository, as it is built now and with the same packages installed. Returns the path of the copy. */
export async function copyRepository(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-copy-'));
  const filter = (path: string): boolean => !isExcluded(relative(root, path));
  await cp(root, folder, { recursive: true, filter });
  await linkInstalled(folder);
  return folder;
}

/** Also excludes the files that another test writes among the sources for a short time. */
function isExcluded(path: string): boolean {
  return path.split('/').some((part) => excludedFolders.includes(part) || part.startsWith('boundary-probe'));
}

/** Links every installed package of the original, but our own packages to those of the copy. */
async function linkInstalled(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules/@batchmill'), { recursive: true });
  const installed = (await readdir(join(root, 'node_modules'))).filter(
    (name) => !['@batchmill', '.cache'].includes(name),
  );
  const ours = (await Promise.all(['apps', 'libs'].map((kind) => namesIn(folder, kind)))).flat();
  const nested = ours.map((name) => `${name}/node_modules`).filter((path) => existsSync(join(root, path)));
  for (const path of [...installed.map((name) => `node_modules/${name}`), ...nested]) {
    await symlink(join(root, path), join(folder, path));
  }
  for (const path of ours) {
    await symlink(join(folder, path), join(folder, 'node_modules/@batchmill', path.slice(path.indexOf('/') + 1)));
  }
}

async function namesIn(folder: string, kind: string): Promise<string[]> {
  return (await readdir(join(folder, kind))).map((name) => `${kind}/${name}`);
}

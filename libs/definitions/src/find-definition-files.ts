import { ValidationError } from '@batchmill/contracts';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DefinitionKind } from './definition-kind.js';

export interface DefinitionFile {
  /** The name of its folder, which is also that of what it defines. */
  readonly name: string;
  readonly path: string;
}

/** Node itself strips the types of a `.ts`. If a folder has several of these, the first counts. */
const endings = ['.ts', '.mts', '.mjs', '.js'];

/**
 * Every `<folder>/<name>/<name>.<ending>.ts`, sorted by name. Folders without such a file, and those whose name begins with a
 * dot, are skipped. A file of this ending with another name or in another place is a problem. Throws a ValidationError when a
 * folder cannot be read.
 */
export async function findDefinitionFiles(
  folder: string,
  kind: DefinitionKind,
): Promise<{ files: DefinitionFile[]; problems: string[] }> {
  const { ending: own } = kind;
  const isOfKind = (name: string): boolean => endings.some((ending) => name.endsWith(`.${own}${ending}`));
  const files: DefinitionFile[] = [];
  const problems: string[] = [];
  for (const name of await namesIn(folder, kind)) {
    if (!(await isFolder(join(folder, name)))) {
      const [bare, ending] = name.split(`.${own}.`);
      if (isOfKind(name)) problems.push(`${folder}: found ${name}, expected ${bare}/${bare}.${own}.${ending}`);
      continue;
    }
    const names = await namesIn(join(folder, name), kind);
    const expected = endings.map((ending) => `${name}.${own}${ending}`);
    const found = expected.find((each) => names.includes(each));
    const other = names.find(isOfKind);
    if (found !== undefined) files.push({ name, path: join(folder, name, found) });
    else if (other !== undefined) problems.push(`${join(folder, name)}: found ${other}, expected ${expected[0] ?? ''}`);
  }
  return { files, problems };
}

/** Sorted, without hidden names: a mounted folder keeps its versions in hidden folders. */
async function namesIn(folder: string, { ending, setting, noFolder }: DefinitionKind): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith('.') && name !== 'node_modules').sort();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // file system errors have one
    const message = `${setting}: ${folder} cannot be read (${code}), expected a folder of ${ending}s`;
    throw new ValidationError(noFolder, message, { cause: error });
  }
}

/** Links are followed. A broken link is not a folder. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

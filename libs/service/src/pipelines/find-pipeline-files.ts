import { ValidationError } from '@batchmill/contracts';
import { existsSync, readdirSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface PipelineFile {
  /** The name of its folder, which is also that of the pipeline. */
  readonly name: string;
  readonly path: string;
}

/** Node itself strips the types of a `.ts`. If a folder has several of these, the first counts. */
const endings = ['.ts', '.mts', '.mjs', '.js'];

/**
 * The pipelines of a folder, then those in `<app>/pipelines/` of a folder of apps, which may be missing. Two pipelines of one
 * name are a problem. Throws a ValidationError `pipeline.no-folder` when a folder cannot be read.
 */
export async function findAllPipelineFiles(
  folder: string,
  apps: string | null,
): Promise<{ files: PipelineFile[]; problems: string[] }> {
  const { files, problems } = await findPipelineFiles(folder);
  for (const appFolder of apps === null ? [] : foldersOfApps(apps)) {
    if (appFolder === folder) continue;
    const found = await findPipelineFiles(appFolder);
    files.push(...found.files);
    problems.push(...found.problems);
  }
  return { files, problems: [...problems, ...duplicateNames(files)] };
}

function foldersOfApps(apps: string): string[] {
  if (!existsSync(apps)) return [];
  return readdirSync(apps)
    .sort()
    .map((app) => join(apps, app, 'pipelines'))
    .filter((appFolder) => existsSync(appFolder));
}

function duplicateNames(files: readonly PipelineFile[]): string[] {
  return files.flatMap(({ name, path }, index) => {
    const first = files.findIndex((each) => each.name === name);
    return first === index
      ? []
      : [`${path}: found a second "${name}" beside ${files[first]?.path ?? ''}, expected one`];
  });
}

/**
 * Every `<folder>/<name>/<name>.pipeline.ts`, sorted by name. Folders without such a file, and those whose name begins with a
 * dot, are skipped. A pipeline file with another name or in another place is a problem.
 */
async function findPipelineFiles(folder: string): Promise<{ files: PipelineFile[]; problems: string[] }> {
  const files: PipelineFile[] = [];
  const problems: string[] = [];
  for (const name of await namesIn(folder)) {
    if (!(await isFolder(join(folder, name)))) {
      const [own, ending] = name.split('.pipeline.');
      if (isPipelineFile(name)) problems.push(`${folder}: found ${name}, expected ${own}/${own}.pipeline.${ending}`);
      continue;
    }
    const names = await namesIn(join(folder, name));
    const expected = endings.map((ending) => `${name}.pipeline${ending}`);
    const found = expected.find((each) => names.includes(each));
    const other = names.find((each) => isPipelineFile(each));
    if (found !== undefined) files.push({ name, path: join(folder, name, found) });
    else if (other !== undefined) problems.push(`${join(folder, name)}: found ${other}, expected ${expected[0] ?? ''}`);
  }
  return { files, problems };
}

function isPipelineFile(name: string): boolean {
  return endings.some((ending) => name.endsWith(`.pipeline${ending}`));
}

/** Sorted, without hidden names: a mounted folder keeps its versions in hidden folders. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith('.') && name !== 'node_modules').sort();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // file system errors have one
    const message = `BATCHMILL_PIPELINES: ${folder} cannot be read (${code}), expected a folder of pipelines`;
    throw new ValidationError('pipeline.no-folder', message, { cause: error });
  }
}

/** Links are followed. A broken link is not a folder. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

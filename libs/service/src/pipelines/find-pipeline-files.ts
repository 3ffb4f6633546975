import { ValidationError } from '@batchmill/contracts';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface PipelineFile {
  /** Its folder's, which must be the pipeline's. */
  readonly name: string;
  readonly path: string;
}

/** Node strips the types of a `.ts` itself; of several, the first counts. */
const endings = ['.ts', '.mts', '.mjs', '.js'];

/**
 * `<folder>/<name>/<name>.pipeline.ts`, by name. A folder without such a file is none of ours, nor is one whose name begins
 * with a dot; a file that lies elsewhere or is called otherwise is a problem. Throws a ValidationError
 * `pipeline.no-folder` when the folder, or one in it, cannot be read.
 */
export async function findPipelineFiles(folder: string): Promise<{ files: PipelineFile[]; problems: string[] }> {
  const files: PipelineFile[] = [];
  const problems: string[] = [];
  for (const name of await namesIn(folder)) {
    if (!(await isFolder(join(folder, name)))) {
      const [own, ending] = name.split('.pipeline.');
      if (isPipelineFile(name)) problems.push(`${folder}: found ${name}, expected ${own}/${own}.pipeline.${ending}`);
      continue;
    }
    const there = await namesIn(join(folder, name));
    const expected = endings.map((ending) => `${name}.pipeline${ending}`);
    const found = expected.find((each) => there.includes(each));
    const other = there.find((each) => isPipelineFile(each));
    if (found !== undefined) files.push({ name, path: join(folder, name, found) });
    else if (other !== undefined) problems.push(`${join(folder, name)}: found ${other}, expected ${expected[0] ?? ''}`);
  }
  return { files, problems };
}

function isPipelineFile(name: string): boolean {
  return endings.some((ending) => name.endsWith(`.pipeline${ending}`));
}

/** Sorted; without what is hidden: a mounted folder keeps its versions there. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => !name.startsWith('.') && name !== 'node_modules').sort();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // file system errors have one
    const message = `BATCHMILL_PIPELINES: ${folder} cannot be read (${code}), expected a folder of pipelines; set it to yours`;
    throw new ValidationError('pipeline.no-folder', message, { cause: error });
  }
}

/** Also by a link. A link to nothing is none. */
async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

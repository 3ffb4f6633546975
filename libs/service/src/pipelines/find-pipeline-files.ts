import { ValidationError } from '@batchmill/contracts';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface PipelineFile {
  /** Its folder's, which must be the pipeline's. */
  readonly name: string;
  readonly path: string;
}

/** Node strips the types of a `.ts` itself; of several, the first counts. */
const endings = ['.ts', '.mts', '.mjs', '.js'];

/**
 * `<folder>/<name>/<name>.pipeline.ts`, by name. A folder without such a file is none of ours; one whose file is called
 * otherwise is a problem. Throws a ValidationError `pipeline.no-folder` when there is no such folder.
 */
export async function findPipelineFiles(folder: string): Promise<{ files: PipelineFile[]; problems: string[] }> {
  const files: PipelineFile[] = [];
  const problems: string[] = [];
  for (const name of await foldersIn(folder)) {
    const there = await readdir(join(folder, name));
    const expected = endings.map((ending) => `${name}.pipeline${ending}`);
    const found = expected.find((each) => there.includes(each));
    const other = there.find((each) => endings.some((ending) => each.endsWith(`.pipeline${ending}`)));
    if (found !== undefined) files.push({ name, path: join(folder, name, found) });
    else if (other !== undefined) problems.push(`${join(folder, name)}: found ${other}, expected ${expected[0] ?? ''}`);
  }
  return { files, problems };
}

async function foldersIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && entry.name !== 'node_modules')
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // file system errors have one
    const expected = 'expected a folder of pipelines; set it to yours';
    throw new ValidationError(
      'pipeline.no-folder',
      `BATCHMILL_PIPELINES: ${folder} cannot be read (${code}), ${expected}`,
      {
        cause: error,
      },
    );
  }
}

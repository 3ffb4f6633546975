import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findPipelineFiles, type PipelineFile } from './find-pipeline-files.js';

/**
 * Those of the folder, then those that lie in `<app>/pipelines/` of a folder of apps; a folder of apps that is not there
 * has none. Two pipelines of one name are a problem.
 */
export async function findAllPipelineFiles(
  folder: string,
  apps: string | null,
): Promise<{ files: PipelineFile[]; problems: string[] }> {
  const { files, problems } = await findPipelineFiles(folder);
  for (const own of apps === null ? [] : foldersOfApps(apps)) {
    if (own === folder) continue;
    const found = await findPipelineFiles(own);
    files.push(...found.files);
    problems.push(...found.problems);
  }
  return { files, problems: [...problems, ...namesTwice(files)] };
}

function foldersOfApps(apps: string): string[] {
  if (!existsSync(apps)) return [];
  return readdirSync(apps)
    .sort()
    .map((app) => join(apps, app, 'pipelines'))
    .filter((own) => existsSync(own));
}

function namesTwice(files: readonly PipelineFile[]): string[] {
  return files.flatMap(({ name, path }, index) => {
    const first = files.findIndex((one) => one.name === name);
    return first === index
      ? []
      : [`${path}: found a second "${name}" beside ${files[first]?.path ?? ''}, expected one`];
  });
}

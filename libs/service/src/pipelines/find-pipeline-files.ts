import { findDefinitionFiles, type DefinitionFile, type DefinitionKind } from '@batchmill/definitions';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const pipelineKind: DefinitionKind = {
  ending: 'pipeline',
  setting: 'BATCHMILL_PIPELINES',
  noFolder: 'pipeline.no-folder',
  invalid: 'pipeline.invalid',
  made: 'definePipeline',
};

/**
 * The pipelines of a folder, then those in `<app>/pipelines/` of a folder of apps, which may be missing. Two pipelines of one
 * name are a problem. Throws a ValidationError `pipeline.no-folder` when a folder cannot be read.
 */
export async function findAllPipelineFiles(
  folder: string,
  apps: string | null,
): Promise<{ files: DefinitionFile[]; problems: string[] }> {
  const { files, problems } = await findDefinitionFiles(folder, pipelineKind);
  for (const appFolder of apps === null ? [] : foldersOfApps(apps)) {
    if (appFolder === folder) continue;
    const found = await findDefinitionFiles(appFolder, pipelineKind);
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

function duplicateNames(files: readonly DefinitionFile[]): string[] {
  return files.flatMap(({ name, path }, index) => {
    const first = files.findIndex((each) => each.name === name);
    return first === index
      ? []
      : [`${path}: found a second "${name}" beside ${files[first]?.path ?? ''}, expected one`];
  });
}

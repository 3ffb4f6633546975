import { readTextFile, repository } from '@batchmill/contracts';
import { globSync } from 'node:fs';
import { join } from 'node:path';

/** The template is a project of this pipeline. Where it is named, the user's pipeline is. */
export const templatePipeline = 'letters';

export interface ProjectFile {
  /** Relative to the folder of the project. */
  readonly path: string;
  readonly text: string;
}

/** Packages leave out files of these names, so the template has them without the dot. */
const dotFiles = ['gitignore', 'dockerignore', 'env.example'];

const folder =
  repository === null ? join(import.meta.dirname, '../template') : join(repository, 'packages/batchmill/template');

/** The files of a new project, except its package.json, for a pipeline of this name. */
export function projectFiles(pipeline: string): ProjectFile[] {
  const files = globSync('**/*.*', { cwd: folder }).concat(
    globSync('{Dockerfile,gitignore,dockerignore}', { cwd: folder }),
  );
  return files
    .filter((path) => path !== 'package.json')
    .sort()
    .map((path) => ({ path: named(withDot(path), pipeline), text: named(read(path), pipeline) }));
}

/** The package.json of a new project. */
export function templateManifest(pipeline: string): Record<string, unknown> {
  return JSON.parse(named(read('package.json'), pipeline)) as Record<string, unknown>;
}

function read(path: string): string {
  return readTextFile(join(folder, path));
}

function withDot(path: string): string {
  return dotFiles.includes(path) ? `.${path}` : path;
}

function named(text: string, pipeline: string): string {
  return text.replaceAll(templatePipeline, pipeline);
}

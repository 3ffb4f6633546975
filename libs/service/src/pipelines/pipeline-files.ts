import { ValidationError, readTextFile, repository } from '@batchmill/contracts';
import { Pipelines, checkPipeline, unknownPipeline, type Pipeline, type PipelineDefaults } from '@batchmill/pipeline';
import { realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findAllPipelineFiles, type PipelineFile } from './find-pipeline-files.js';
import { resolveForPipelines } from './resolve-for-pipelines.js';

/** The folder of the services of the repository, and of added ones; null where Batchmill is installed as a package. */
export const shippedApps = repository === null ? null : join(repository, 'apps');

export interface PipelineFilesOptions {
  readonly folder: string;
  /** A folder of apps, whose `<app>/pipelines/` are also read. */
  readonly apps?: string | null;
  readonly defaults: PipelineDefaults;
}

/** What is wrong with a pipeline; `name` is null for a file that is in no place of a pipeline. */
export interface PipelineProblem {
  readonly name: string | null;
  readonly message: string;
}

export interface TriedPipelines {
  readonly pipelines: PipelineFiles;
  readonly problems: readonly PipelineProblem[];
}

/** The pipelines of a folder and of the apps, each in a folder of its own beside its prompts. */
export class PipelineFiles extends Pipelines {
  private constructor(
    private readonly folder: string,
    private readonly pipelines: ReadonlyMap<string, Pipeline>,
  ) {
    super();
  }

  /** Throws a ValidationError `pipeline.invalid` with a line for every problem in any of the files. */
  static async load(options: PipelineFilesOptions): Promise<PipelineFiles> {
    const { pipelines, problems } = await PipelineFiles.tryLoad(options);
    if (problems.length === 0) return pipelines;
    throw new ValidationError('pipeline.invalid', problems.map(({ message }) => message).join('\n'));
  }

  /**
   * The pipelines that are right, and what is wrong with the others: a problem may have several lines. Throws a ValidationError
   * `pipeline.no-folder` when a folder cannot be read.
   */
  static async tryLoad({ folder, apps, defaults }: PipelineFilesOptions): Promise<TriedPipelines> {
    const absolute = resolve(folder);
    const { files, problems: misplaced } = await findAllPipelineFiles(absolute, apps ?? null);
    const problems: PipelineProblem[] = misplaced.map((message) => ({ name: null, message }));
    resolveForPipelines(realpathSync(absolute));
    const pipelines = new Map<string, Pipeline>();
    for (const file of files) {
      try {
        pipelines.set(file.name, await loadPipeline(file, defaults));
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        problems.push({ name: file.name, message: error.message });
      }
    }
    return { pipelines: new PipelineFiles(absolute, pipelines), problems };
  }

  get(name: string): Pipeline {
    const pipeline = this.pipelines.get(name);
    if (pipeline !== undefined) return pipeline;
    throw unknownPipeline(name, this.names(), this.folder);
  }

  names(): string[] {
    return [...this.pipelines.keys()].sort();
  }
}

async function loadPipeline({ name, path }: PipelineFile, defaults: PipelineDefaults): Promise<Pipeline> {
  const file = shortened(path);
  const definition = await definitionIn(path, file);
  const readPrompt = (prompt: string): string => readTextFile(resolve(dirname(path), prompt));
  const pipeline = checkPipeline(definition, { file, readPrompt, defaults });
  if (pipeline.name === name) return pipeline;
  throw invalid(
    `${file}: name: found ${JSON.stringify(pipeline.name)}, expected its folder’s: ${JSON.stringify(name)}`,
  );
}

async function definitionIn(path: string, file: string): Promise<unknown> {
  const real = realpathSync(path);
  resolveForPipelines(dirname(real));
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(real).href)) as typeof loaded; // `checkPipeline` checks what it exports
  } catch (error) {
    const reason = reasonOf(error, real);
    throw invalid(`${file}: cannot be loaded (${reason}), expected a module of definePipeline`, error);
  }
  if (loaded.default !== undefined) return loaded.default;
  throw invalid(`${file}: found no default export, expected export default definePipeline({…})`);
}

/** Why a module could not be loaded, in one line, with the place in the pipeline's own files. */
function reasonOf(error: unknown, path: string): string {
  const { message, stack } = (error ?? {}) as { message?: unknown; stack?: unknown }; // anything can be thrown
  const [reason = ''] = (typeof message === 'string' ? message : String(error)).trim().split('\n');
  const folder = pathToFileURL(dirname(path)).href;
  const places = typeof stack === 'string' ? stack.matchAll(/(file:\/\/[^\s)]+?):(\d+)/g) : [];
  const place = [...places].find(([, url]) => url?.startsWith(`${folder}/`) === true);
  return place === undefined ? reason : `${(place[1] ?? '').slice(folder.length + 1)}:${place[2] ?? ''}: ${reason}`;
}

function invalid(message: string, cause?: unknown): ValidationError {
  return new ValidationError('pipeline.invalid', message, { cause });
}

/** Relative to the working folder, if it is inside. */
function shortened(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

import { ValidationError } from '@batchmill/contracts';
import { Pipelines, checkPipeline, unknownPipeline, type Pipeline, type PipelineDefaults } from '@batchmill/pipeline';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findAllPipelineFiles } from './find-all-pipeline-files.js';
import type { PipelineFile } from './find-pipeline-files.js';
import { resolveForPipelines } from './resolve-for-pipelines.js';
import { whyNotLoaded } from './why-not-loaded.js';

export interface PipelineFilesOptions {
  readonly folder: string;
  /** A folder of apps: what lies in `<app>/pipelines/` is found besides. Missing: none. */
  readonly apps?: string;
  readonly defaults: PipelineDefaults;
}

/** The pipelines of a folder and of the apps that hold some, each in a folder of its own beside its prompts. */
export class PipelineFiles extends Pipelines {
  private constructor(
    private readonly folder: string,
    private readonly pipelines: ReadonlyMap<string, Pipeline>,
  ) {
    super();
  }

  /** Throws a ValidationError `pipeline.invalid` with a line for everything that is wrong in any of the files. */
  static async load({ folder, apps, defaults }: PipelineFilesOptions): Promise<PipelineFiles> {
    const absolute = resolve(folder);
    const { files, problems } = await findAllPipelineFiles(absolute, apps ?? null);
    resolveForPipelines(realpathSync(absolute));
    const pipelines = new Map<string, Pipeline>();
    for (const file of files) {
      try {
        pipelines.set(file.name, await loadPipeline(file, defaults));
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length > 0) throw new ValidationError('pipeline.invalid', problems.join('\n'));
    return new PipelineFiles(absolute, pipelines);
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
  const file = shown(path);
  const definition = await definitionIn(path, file);
  const readPrompt = (prompt: string): string => readFileSync(resolve(dirname(path), prompt), 'utf8');
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
    loaded = (await import(pathToFileURL(real).href)) as typeof loaded; // whatever it exports is looked at, not trusted
  } catch (error) {
    const reason = whyNotLoaded(error, real);
    throw invalid(`${file}: found what cannot be loaded (${reason}), expected a module of definePipeline`, error);
  }
  if (loaded.default !== undefined) return loaded.default;
  throw invalid(`${file}: found no default export, expected export default definePipeline({…})`);
}

function invalid(message: string, cause?: unknown): ValidationError {
  return new ValidationError('pipeline.invalid', message, { cause });
}

/** From the working folder, where it lies in it. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

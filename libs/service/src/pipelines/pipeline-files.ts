import { ValidationError, readTextFile, repository } from '@batchmill/contracts';
import { importDefinition, resolveForDefinitions, shortened, type DefinitionFile } from '@batchmill/definitions';
import {
  Pipelines,
  checkPipeline,
  problemsOfAliases,
  unknownPipeline,
  type Pipeline,
  type PipelineDefaults,
} from '@batchmill/pipeline';
import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findAllPipelineFiles, pipelineKind } from './find-pipeline-files.js';

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
    resolveForDefinitions(realpathSync(absolute));
    const pipelines = new Map<string, Pipeline>();
    for (const file of files) {
      try {
        pipelines.set(file.name, await loadPipeline(file, defaults));
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error;
        problems.push({ name: file.name, message: error.message });
      }
    }
    problems.push(...problemsOfAliases([...pipelines.values()]));
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

async function loadPipeline({ name, path }: DefinitionFile, defaults: PipelineDefaults): Promise<Pipeline> {
  const file = shortened(path);
  const definition = await importDefinition(path, pipelineKind);
  const readPrompt = (prompt: string): string => readTextFile(resolve(dirname(path), prompt));
  const pipeline = checkPipeline(definition, { file, readPrompt, defaults });
  if (pipeline.name === name) return pipeline;
  throw new ValidationError(
    'pipeline.invalid',
    `${file}: name: found ${JSON.stringify(pipeline.name)}, expected its folder’s: ${JSON.stringify(name)}`,
  );
}

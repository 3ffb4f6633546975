import { ValidationError } from '@batchmill/contracts';
import {
  findDefinitionFiles,
  importDefinition,
  resolveForDefinitions,
  shortened,
  type DefinitionFile,
  type DefinitionKind,
} from '@batchmill/definitions';
import { existsSync, realpathSync } from 'node:fs';
import { checkConsumer } from './check-consumer.js';
import type { ConsumerDefinition } from './define-consumer.js';

const consumerKind: DefinitionKind = {
  ending: 'consumer',
  setting: 'BATCHMILL_CONSUMERS_FOLDER',
  noFolder: 'consumer.no-folder',
  invalid: 'consumer.invalid',
  made: 'defineConsumer',
};

/** What is wrong with a consumer; `name` is null for a file that is in no place of a consumer. */
export interface ConsumerProblem {
  readonly name: string | null;
  /** It may have several lines, each beginning with the file. */
  readonly message: string;
}

export interface TriedConsumers {
  readonly consumers: readonly ConsumerDefinition[];
  readonly problems: readonly ConsumerProblem[];
}

export interface FoundConsumers {
  /** The names of the files, sorted. */
  readonly names: readonly string[];
  /** Files in the wrong place. */
  readonly problems: readonly ConsumerProblem[];
  /** Throws a ValidationError `consumer.invalid` for a file that is wrong. Undefined: there is none of that name. */
  readonly load: (name: string) => Promise<ConsumerDefinition | undefined>;
}

/**
 * Finds the consumers `<folder>/<name>/<name>.consumer.ts` of a folder, which may be missing, and loads none. Throws a
 * ValidationError `consumer.no-folder` when the folder cannot be read.
 */
export async function findConsumerFiles(folder: string): Promise<FoundConsumers> {
  const { files, problems } = existsSync(folder)
    ? await findDefinitionFiles(folder, consumerKind)
    : { files: [], problems: [] };
  if (files.length > 0) resolveForDefinitions(realpathSync(folder));
  return {
    names: files.map(({ name }) => name),
    problems: problems.map((message) => ({ name: null, message })),
    load: async (name) => {
      const file = files.find((each) => each.name === name);
      return file === undefined ? undefined : loadConsumer(file);
    },
  };
}

/** The consumers that are right, and what is wrong with the others. */
export async function tryConsumerFiles(folder: string): Promise<TriedConsumers> {
  const found = await findConsumerFiles(folder);
  const consumers: ConsumerDefinition[] = [];
  const problems = [...found.problems];
  for (const name of found.names) {
    try {
      const consumer = await found.load(name);
      if (consumer !== undefined) consumers.push(consumer);
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      problems.push({ name, message: error.message });
    }
  }
  return { consumers, problems };
}

async function loadConsumer({ name, path }: DefinitionFile): Promise<ConsumerDefinition> {
  const file = shortened(path);
  const checked = checkConsumer(await importDefinition(path, consumerKind));
  const problems = 'name' in checked ? nameProblem(checked.name, name) : checked;
  if ('name' in checked && problems.length === 0) return checked;
  throw new ValidationError('consumer.invalid', problems.map((problem) => `${file}: ${problem}`).join('\n'));
}

function nameProblem(found: string, folder: string): string[] {
  if (found === folder) return [];
  return [`name: found ${JSON.stringify(found)}, expected its folder’s: ${JSON.stringify(folder)}`];
}

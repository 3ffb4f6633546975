import { ValidationError, libraryScope, readTextFile, repository } from '@batchmill/contracts';
import { consumerModule, findConsumerFiles } from '@batchmill/consumer';
import type { Type } from '@nestjs/common';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every consumer that there is. */
export interface KnownConsumers {
  readonly names: readonly string[];
  /** The modules of those of them that are named, each once. Rejects with a ValidationError for a file that is wrong. */
  readonly modulesOf: (names: readonly string[]) => Promise<Type[]>;
}

/** The part of the settings that says where consumers are. */
export interface ConsumerFolder {
  readonly installation: { readonly consumers: string };
}

/** The apps of the repository that are consumers: those with the keyword `batchmill-consumer` in their package.json. Sorted. */
export function consumerNames(): string[] {
  if (repository === null) return [];
  const apps = join(repository, 'apps');
  return readdirSync(apps)
    .filter((app) => isConsumer(join(apps, app)))
    .sort();
}

/**
 * The consumers of the repository, each of which exports its module as `consumer`, and those of the folder. `taken` are the names
 * of stages. Rejects with a ValidationError when the folder has a consumer of a name that is taken.
 */
export async function findConsumers(settings: ConsumerFolder, taken: readonly string[]): Promise<KnownConsumers> {
  const { consumers: folder } = settings.installation;
  const apps = consumerNames();
  const files = await findConsumerFiles(folder);
  const twice = files.names.find((name) => apps.includes(name) || taken.includes(name));
  if (twice !== undefined) {
    throw new ValidationError(
      'consumer.invalid',
      `${folder}: found the consumer ${twice}, which has the name of a stage or consumer of Batchmill; give it another`,
    );
  }
  return {
    names: [...apps, ...files.names],
    modulesOf: (names) => Promise.all([...new Set(names)].map(moduleOf)),
  };

  async function moduleOf(name: string): Promise<Type> {
    const definition = await files.load(name);
    return definition === undefined ? moduleOfApp(name) : consumerModule(definition);
  }
}

function isConsumer(app: string): boolean {
  const file = join(app, 'package.json');
  if (!existsSync(file)) return false;
  const { keywords } = JSON.parse(readTextFile(file)) as { keywords?: unknown };
  return Array.isArray(keywords) && keywords.includes('batchmill-consumer');
}

async function moduleOfApp(name: string): Promise<Type> {
  const { consumer } = (await import(`${libraryScope}/${name}`)) as { readonly consumer?: unknown };
  if (typeof consumer === 'function') return consumer as Type; // Nest checks that it is a module
  throw new Error(`apps/${name}: its index exports ${typeof consumer} as \`consumer\`, expected the Nest module`);
}

import { ValidationError, readTextFile, repository } from '@batchmill/contracts';
import type { Type } from '@nestjs/common';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The apps of the repository that are consumers: those with the keyword `batchmill-consumer` in their package.json. Sorted. */
export function consumerNames(): string[] {
  if (repository === null) return [];
  const apps = join(repository, 'apps');
  return readdirSync(apps)
    .filter((app) => isConsumer(join(apps, app)))
    .sort();
}

/**
 * The modules of the consumers that BATCHMILL_CONSUMERS names, each once. Each exports its module as `consumer`. Throws a
 * ValidationError when a name is not that of a consumer.
 */
export async function findConsumers(names: readonly string[]): Promise<Type[]> {
  const known = consumerNames();
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const expected = known.length === 0 ? 'none, because there is no consumer in apps' : `some of ${known.join(', ')}`;
    throw new ValidationError(
      'settings.invalid',
      `BATCHMILL_CONSUMERS: found ${unknown.join(', ')}, expected ${expected}`,
    );
  }
  return Promise.all([...new Set(names)].map(moduleOf));
}

function isConsumer(app: string): boolean {
  const file = join(app, 'package.json');
  if (!existsSync(file)) return false;
  const { keywords } = JSON.parse(readTextFile(file)) as { keywords?: unknown };
  return Array.isArray(keywords) && keywords.includes('batchmill-consumer');
}

async function moduleOf(name: string): Promise<Type> {
  const { consumer } = (await import(`@batchmill/${name}`)) as { readonly consumer?: unknown };
  if (typeof consumer === 'function') return consumer as Type; // Nest checks that it is a module
  throw new Error(`apps/${name}: its index exports ${typeof consumer} as \`consumer\`, expected the Nest module`);
}

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Type } from '@nestjs/common';

/** As near to `dist` as to `src`. */
const apps = join(import.meta.dirname, '../..');

/** The names of the apps that are consumers: the keywords of their package.json say so. Sorted. */
export function consumerNames(): string[] {
  return readdirSync(apps).filter(isConsumer).sort();
}

/** Their modules, each exported as `consumer`. Throws when one exports none. */
export async function findConsumers(): Promise<Type[]> {
  return Promise.all(consumerNames().map(moduleOf));
}

function isConsumer(app: string): boolean {
  const file = join(apps, app, 'package.json');
  if (!existsSync(file)) return false;
  const { keywords } = JSON.parse(readFileSync(file, 'utf8')) as { keywords?: unknown };
  return Array.isArray(keywords) && keywords.includes('batchmill-consumer');
}

async function moduleOf(name: string): Promise<Type> {
  const { consumer } = (await import(`@batchmill/${name}`)) as { readonly consumer?: unknown }; // looked at, not trusted
  if (typeof consumer === 'function') return consumer as Type; // what Nest makes of it, Nest says
  throw new Error(`apps/${name}: found ${typeof consumer} as \`consumer\` of its index, wanted its module`);
}

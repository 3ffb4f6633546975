import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A stage that needs what every stage needs, and nothing else: its package.json says the versions that are in use. */
const sibling = 'status-poller';

/** The package.json of a consumer: its sibling's, under its own name, and with the word by which it is found. */
export function manifestOf(root: string, name: string): Manifest {
  const of = readFileSync(join(root, 'apps', sibling, 'package.json'), 'utf8');
  return {
    ...(JSON.parse(of) as Manifest),
    name: `@batchmill/${name}`,
    description: 'Asks for runs of its own pipeline and takes up what they answered.',
    keywords: ['batchmill-consumer'],
  };
}

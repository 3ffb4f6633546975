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

/** A stage that has only the dependencies of every stage. Its package.json has the versions in use. */
const sibling = 'status-poller';

/** The package.json of a consumer: its sibling's, with its own name and the keyword by which `all-in-one` finds it. */
export function manifestOf(root: string, name: string): Manifest {
  const siblingText = readFileSync(join(root, 'apps', sibling, 'package.json'), 'utf8');
  return {
    ...(JSON.parse(siblingText) as Manifest),
    name: `@batchmill/${name}`,
    description: 'A consumer that requests runs of its own pipeline and handles their answers.',
    keywords: ['batchmill-consumer'],
  };
}

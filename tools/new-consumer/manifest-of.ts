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

/** A stage with only the dependencies that every stage has. Its package.json has the versions in use. */
const sibling = 'status-poller';

/** The package.json of a consumer: the sibling's, with the consumer's name and the keyword by which it is found. */
export function manifestOf(root: string, name: string): Manifest {
  const of = readFileSync(join(root, 'apps', sibling, 'package.json'), 'utf8');
  return {
    ...(JSON.parse(of) as Manifest),
    name: `@batchmill/${name}`,
    description: 'Requests runs of its own pipeline and handles their answers.',
    keywords: ['batchmill-consumer'],
  };
}

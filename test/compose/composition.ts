import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A service of docker-compose.yml, as far as the tests look at it; anchors are put in. */
export interface ComposedService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly user?: string;
  readonly privileged?: boolean;
  readonly container_name?: string;
  readonly restart?: string;
}

export const projectFolder = join(import.meta.dirname, '../..');

/** The services of docker-compose.yml, where no variable is set: each `${NAME:-default}` is its default. */
export function composedServices(): ReadonlyMap<string, ComposedService> {
  const text = readFileSync(join(projectFolder, 'docker-compose.yml'), 'utf8');
  const unset = unsetAll(text);
  const { services } = parse(unset, { merge: true }) as { services: Record<string, ComposedService> };
  return new Map(Object.entries(services));
}

/** The innermost first: a default may be a variable with a default of its own. */
function unsetAll(text: string): string {
  const unset = text.replaceAll(/\$\{\w+:-([^${}]*)\}/g, '$1');
  return unset === text ? text : unsetAll(unset);
}

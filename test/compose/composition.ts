import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** A service of docker-compose.yml, as far as the tests need it, with anchors resolved. */
export interface ComposedService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly pull_policy?: string;
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

/** The services of docker-compose.yml when no variable is set: each `${NAME:-default}` is its default. */
export function composedServices(): ReadonlyMap<string, ComposedService> {
  const text = readFileSync(join(projectFolder, 'docker-compose.yml'), 'utf8');
  const resolved = withDefaults(text);
  const { services } = parse(resolved, { merge: true }) as { services: Record<string, ComposedService> };
  return new Map(Object.entries(services));
}

/** Replaces the innermost first: a default may be a variable with its own default. */
function withDefaults(text: string): string {
  const replaced = text.replaceAll(/\$\{\w+:-([^${}]*)\}/g, '$1');
  return replaced === text ? text : withDefaults(replaced);
}

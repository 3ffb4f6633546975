import { ValidationError } from '@batchmill/contracts';
import { realpathSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DefinitionKind } from './definition-kind.js';
import { resolveForDefinitions } from './resolve-for-definitions.js';

/**
 * The default export of a file, which is not checked. Throws a ValidationError that names the file and the place in it when it
 * cannot be loaded or exports nothing.
 */
export async function importDefinition(path: string, kind: DefinitionKind): Promise<unknown> {
  const { invalid, made } = kind;
  const file = shortened(path);
  const real = realpathSync(path);
  resolveForDefinitions(dirname(real));
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(pathToFileURL(real).href)) as typeof loaded; // the caller checks what it exports
  } catch (error) {
    const message = `${file}: cannot be loaded (${reasonOf(error, real)}), expected a module of ${made}`;
    throw new ValidationError(invalid, message, { cause: error });
  }
  if (loaded.default !== undefined) return loaded.default;
  throw new ValidationError(invalid, `${file}: found no default export, expected export default ${made}({…})`);
}

/** Relative to the working folder, if it is inside. */
export function shortened(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

/** Why a module could not be loaded, in one line, with the place in the definition's own files. */
function reasonOf(error: unknown, path: string): string {
  const { message, stack } = (error ?? {}) as { message?: unknown; stack?: unknown }; // anything can be thrown
  const [reason = ''] = (typeof message === 'string' ? message : String(error)).trim().split('\n');
  const folder = pathToFileURL(dirname(path)).href;
  const places = typeof stack === 'string' ? stack.matchAll(/(file:\/\/[^\s)]+?):(\d+)/g) : [];
  const place = [...places].find(([, url]) => url?.startsWith(`${folder}/`) === true);
  return place === undefined ? reason : `${(place[1] ?? '').slice(folder.length + 1)}:${place[2] ?? ''}: ${reason}`;
}

import { createRequire, registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const ownLibrary = '@batchmill/pipeline';
const folders = new Set<string>();

/**
 * From here on, Node finds `@batchmill/pipeline` for every file under this folder, wherever on the machine it lies. Where
 * it does not find it by itself, those files are also taken for ES modules: no package.json beside them says so. The
 * folder's path is free of links, as Node's own are.
 */
export function resolveForPipelines(folder: string): void {
  if (isOurs(pathToFileURL(folder + sep).href) || findsLibrary(folder)) return;
  if (folders.size === 0) {
    registerHooks({
      resolve(specifier, context, next) {
        const isAsked = isOurs(context.parentURL);
        if (isAsked && specifier === ownLibrary) return next(specifier, { ...context, parentURL: import.meta.url });
        const resolved = next(specifier, context);
        if (!isOurs(resolved.url)) return resolved;
        if (resolved.url.endsWith('.ts')) return { ...resolved, format: 'module-typescript' };
        return resolved.url.endsWith('.js') ? { ...resolved, format: 'module' } : resolved;
      },
    });
  }
  folders.add(pathToFileURL(folder + sep).href);
}

function findsLibrary(folder: string): boolean {
  try {
    createRequire(join(folder, 'any.js')).resolve(ownLibrary);
    return true;
  } catch {
    return false;
  }
}

function isOurs(url: string | undefined): boolean {
  return url !== undefined && !url.includes('/node_modules/') && [...folders].some((folder) => url.startsWith(folder));
}

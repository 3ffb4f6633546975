import { repository } from '@batchmill/contracts';
import { createRequire, registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The library by its name in the package that users install, and by its name in the repository. */
const names = ['batchmill/pipeline', '@batchmill/pipeline'];
const ownLibrary = repository === null ? 'batchmill/pipeline' : '@batchmill/pipeline';
const folders = new Set<string>();

/**
 * Makes Node resolve `batchmill/pipeline` for every file under a folder anywhere on the machine. Without an own installation
 * of it, those files are also loaded as ES modules, because no package.json beside them declares it. The path of the folder
 * must be free of links, as the paths in Node's module URLs are.
 */
export function resolveForPipelines(folder: string): void {
  if (isRegistered(pathToFileURL(folder + sep).href) || canResolveLibrary(folder)) return;
  if (folders.size === 0) {
    registerHooks({
      resolve(specifier, context, next) {
        const isPipeline = isRegistered(context.parentURL);
        if (isPipeline && names.includes(specifier))
          return next(ownLibrary, { ...context, parentURL: import.meta.url });
        const resolved = next(specifier, context);
        if (!isRegistered(resolved.url)) return resolved;
        if (resolved.url.endsWith('.ts')) return { ...resolved, format: 'module-typescript' };
        return resolved.url.endsWith('.js') ? { ...resolved, format: 'module' } : resolved;
      },
    });
  }
  folders.add(pathToFileURL(folder + sep).href);
}

function canResolveLibrary(folder: string): boolean {
  try {
    createRequire(join(folder, 'any.js')).resolve(ownLibrary);
    return true;
  } catch {
    return false;
  }
}

function isRegistered(url: string | undefined): boolean {
  return url !== undefined && !url.includes('/node_modules/') && [...folders].some((folder) => url.startsWith(folder));
}

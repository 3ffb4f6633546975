import { libraryScope } from '@batchmill/contracts';
import { createRequire, registerHooks } from 'node:module';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The libraries by their names in the package that users install, and by their names in the repository. */
const libraries = ['pipeline', 'consumer'];
const ownNames: ReadonlyMap<string, string> = new Map(
  libraries.flatMap((library) =>
    ['batchmill', '@batchmill'].map((scope) => [`${scope}/${library}`, `${libraryScope}/${library}`] as const),
  ),
);
const folders = new Set<string>();

/**
 * Makes Node resolve `batchmill/pipeline` and `batchmill/consumer` for every file under a folder anywhere on the machine. Without
 * an own installation of them, those files are also loaded as ES modules, because no package.json beside them declares it. The
 * path of the folder must be free of links, as the paths in Node's module URLs are.
 */
export function resolveForDefinitions(folder: string): void {
  if (isRegistered(pathToFileURL(folder + sep).href) || canResolveLibraries(folder)) return;
  if (folders.size === 0) {
    registerHooks({
      resolve(specifier, context, next) {
        const own = ownNames.get(specifier);
        if (own !== undefined && isRegistered(context.parentURL))
          return next(own, { ...context, parentURL: import.meta.url });
        const resolved = next(specifier, context);
        if (!isRegistered(resolved.url)) return resolved;
        if (resolved.url.endsWith('.ts')) return { ...resolved, format: 'module-typescript' };
        return resolved.url.endsWith('.js') ? { ...resolved, format: 'module' } : resolved;
      },
    });
  }
  folders.add(pathToFileURL(folder + sep).href);
}

function canResolveLibraries(folder: string): boolean {
  // In the repository they would be found as single files, which are other modules than those of the bundle.
  if (libraryScope.endsWith('/bundle')) return false;
  const from = createRequire(join(folder, 'any.js'));
  try {
    for (const library of libraries) from.resolve(`${libraryScope}/${library}`);
    return true;
  } catch {
    return false;
  }
}

function isRegistered(url: string | undefined): boolean {
  return url !== undefined && !url.includes('/node_modules/') && [...folders].some((folder) => url.startsWith(folder));
}

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

type Imports = ReadonlyMap<string, readonly string[]>;

/**
 * Import cycles among the files of `apps` and `libs`: for each group of files that import one another, its shortest
 * cycle. A type import counts like any other. A cycle begins and ends with the same file; paths are relative to `root`.
 */
export function importCircles(root: string): string[][] {
  const imports = importsIn(root);
  const circles: string[][] = [];
  const seen = new Set<string>();
  for (const file of imports.keys()) {
    if (seen.has(file)) continue;
    const circle = shortestCircle(imports, file);
    if (circle === null) continue;
    circles.push(circle);
    const within = reachedFrom(imports, file);
    for (const other of within) if (reachedFrom(imports, other).has(file)) seen.add(other);
  }
  return circles;
}

function importsIn(root: string): Imports {
  const files = globSync('{apps,libs}/*/**/*.ts', { cwd: root, exclude: ['**/node_modules', '**/dist'] }).sort();
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true);
      const targets = importedFiles.map(({ fileName }) => fileOf(root, file, fileName)).filter((to) => to !== null);
      return [file, [...new Set(targets)]];
    }),
  );
}

/** The file that a specifier resolves to; null when it is not ours. */
function fileOf(root: string, from: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return join(dirname(from), specifier.replace(/\.js$/, '.ts'));
  const [, name = '', subpath = ''] = /^@batchmill\/([\w-]+)(\/.+)?$/.exec(specifier) ?? [];
  const folder = ['apps', 'libs'].map((parent) => join(parent, name)).find((one) => hasManifest(root, one));
  if (name === '' || folder === undefined) return null;
  const { exports } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
  const types = exports?.[`.${subpath}`]?.types;
  return types === undefined ? null : join(folder, types);
}

interface Manifest {
  readonly exports?: Readonly<Record<string, { readonly types?: string }>>;
}

function hasManifest(root: string, folder: string): boolean {
  return existsSync(join(root, folder, 'package.json'));
}

/** Searches breadth first from a file back to itself. Null when the file is on no cycle. */
function shortestCircle(imports: Imports, file: string): string[] | null {
  const paths = [[file]];
  const seen = new Set<string>();
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    for (const next of imports.get(path.at(-1) ?? '') ?? []) {
      if (next === file) return [...path, file];
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return null;
}

function reachedFrom(imports: Imports, file: string): Set<string> {
  const reached = new Set<string>();
  const left = [file];
  for (let at = left.pop(); at !== undefined; at = left.pop()) {
    for (const next of imports.get(at) ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      left.push(next);
    }
  }
  return reached;
}

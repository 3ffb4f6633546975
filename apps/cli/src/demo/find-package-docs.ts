import { decodeText } from '@batchmill/contracts';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PackageDoc {
  /** The name, as in `@nestjs/core`. */
  readonly package: string;
  /** The scope, or the name of a package without one. */
  readonly company: string;
  /** The name of the file in the package. */
  readonly file: string;
  readonly text: string;
}

/** Files that do not describe how a package is used. */
const skippedFiles =
  /^(changelog|history|license|licence|security|code_of_conduct|contributing|authors|patents|notice)/i;

/** Yields the Markdown files at the top of every package in a `node_modules` folder, ordered by name. */
export async function* findPackageDocs(nodeModules: string): AsyncGenerator<PackageDoc, void, undefined> {
  for (const name of await packagesIn(nodeModules)) {
    const folder = join(nodeModules, name);
    for (const file of await namesIn(folder)) {
      if (!/\.md$/i.test(file) || skippedFiles.test(file)) continue;
      const text = await readFile(join(folder, file))
        .then(decodeText)
        .catch(() => '');
      if (text.trim() === '') continue;
      yield { package: name, company: name.startsWith('@') ? name.slice(0, name.indexOf('/')) : name, file, text };
    }
  }
}

async function packagesIn(nodeModules: string): Promise<string[]> {
  const packages: string[] = [];
  for (const name of await namesIn(nodeModules)) {
    if (name.startsWith('.') || name === '@batchmill') continue;
    if (!name.startsWith('@')) packages.push(name);
    else packages.push(...(await namesIn(join(nodeModules, name))).map((inner) => `${name}/${inner}`));
  }
  return packages;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort();
}

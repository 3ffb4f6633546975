import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PackageDoc {
  /** `@nestjs/core` */
  readonly package: string;
  /** Its scope, else its name. */
  readonly company: string;
  /** Within the package. */
  readonly file: string;
  readonly text: string;
}

/** What says nothing about how to use a package. */
const passedOver = /^(changelog|history|license|licence|security|code_of_conduct|contributing|authors|patents|notice)/i;

/** The Markdown at the top of every package in a `node_modules` folder, in the order of names. */
export async function* findPackageDocs(nodeModules: string): AsyncGenerator<PackageDoc, void, undefined> {
  for (const name of await packagesIn(nodeModules)) {
    const folder = join(nodeModules, name);
    for (const file of await namesIn(folder)) {
      if (!/\.md$/i.test(file) || passedOver.test(file)) continue;
      const text = await readFile(join(folder, file), 'utf8').catch(() => '');
      if (text.trim() === '') continue;
      yield { package: name, company: name.startsWith('@') ? name.slice(0, name.indexOf('/')) : name, file, text };
    }
  }
}

async function packagesIn(nodeModules: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await namesIn(nodeModules)) {
    if (name.startsWith('.') || name === '@batchmill') continue;
    if (!name.startsWith('@')) found.push(name);
    else found.push(...(await namesIn(join(nodeModules, name))).map((inner) => `${name}/${inner}`));
  }
  return found;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort();
}

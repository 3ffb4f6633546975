import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file of a repository, except installed and built ones, with a hash of its content. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  const files = globSync('**/*', { cwd: folder, exclude: ['**/node_modules/**', '**/dist/**'] });
  return new Map(
    files
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex'),
      ]),
  );
}

/** The files that were added, deleted or changed. */
export function changedFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((file) => before.get(file) !== after.get(file)).sort();
}

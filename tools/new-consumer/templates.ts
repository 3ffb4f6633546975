import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Template {
  /** Relative to the folder of the consumer. */
  readonly path: string;
  readonly text: string;
}

const folder = join(import.meta.dirname, 'templates');
const ending = '.tpl';

/** The files of a consumer, with placeholders for its name in their paths and texts. */
export function templates(): Template[] {
  return globSync(`**/*${ending}`, { cwd: folder })
    .sort()
    .map((file) => ({ path: file.slice(0, -ending.length), text: readFileSync(join(folder, file), 'utf8') }));
}

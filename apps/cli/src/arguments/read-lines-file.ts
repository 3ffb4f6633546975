import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ValidationError } from '@batchmill/contracts';

/** One item a line; blank lines and lines that begin with `#` are none. Throws a ValidationError that names the flag. */
export function readLinesFile(flag: string, path: string, cwd: string): string[] {
  const items = linesIn(textOf(flag, resolve(cwd, path)));
  if (items.length > 0) return items;
  throw new ValidationError('cli.empty-file', `${flag}: found no item in ${path}, expected one a line`);
}

export function linesIn(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function textOf(flag: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException; // file system errors have one
    const message = `${flag}: ${file} cannot be read (${code}), expected a file with one item a line`;
    throw new ValidationError('cli.unreadable-file', message, { cause: error });
  }
}

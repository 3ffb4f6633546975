import { ValidationError, createFolder } from '@batchmill/contracts';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProjectFile } from './template.js';

export interface WrittenFiles {
  readonly written: readonly string[];
  /** Files that were there already, and stay as they are. */
  readonly kept: readonly string[];
}

/** Writes the files that do not exist. Throws a ValidationError `init.cannot-write`. */
export function writeFiles(folder: string, files: readonly ProjectFile[]): WrittenFiles {
  const written: string[] = [];
  const kept: string[] = [];
  for (const { path, text } of files) {
    const file = join(folder, path);
    if (existsSync(file)) {
      kept.push(path);
      continue;
    }
    writeWithFolder(file, text);
    written.push(path);
  }
  return { written, kept };
}

/** Throws a ValidationError `init.cannot-write` when the file or its folder cannot be written. */
export function writeWithFolder(file: string, text: string): void {
  try {
    createFolder(dirname(file));
    writeFileSync(file, text);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException; // errors of the file system have one
    const message = `${file} cannot be written (${code}); name a folder that can be written to`;
    throw new ValidationError('init.cannot-write', message, { cause });
  }
}

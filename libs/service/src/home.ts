import { ValidationError } from '@batchmill/contracts';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Settings } from './settings/index.js';

/** Throws a ValidationError when the home is something else than a folder. One that is not there is no mistake. */
export function expectHome({ installation: { home } }: Settings): void {
  try {
    if (statSync(home).isDirectory()) return;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    throw homeError(`${home} cannot be a folder (${codeOf(cause)})`, cause);
  }
  throw homeError(`found the file ${home}, wanted a folder`);
}

/** Makes the home where there is none. Throws a ValidationError when it cannot be made. */
export function makeHome(settings: Settings): void {
  expectHome(settings);
  const { home } = settings.installation;
  try {
    makeFolder(home);
  } catch (cause) {
    throw homeError(`${home} cannot be made (${codeOf(cause)})`, cause);
  }
}

/** One by one: where a folder cannot be made and says ENOENT, as in /proc, Node's `recursive` tries for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process was quicker.
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

function homeError(found: string, cause?: unknown): ValidationError {
  return new ValidationError('settings.home', `BATCHMILL_HOME: ${found}; name a folder that can be written to`, {
    cause,
  });
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

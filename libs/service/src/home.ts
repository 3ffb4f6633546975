import { ValidationError, createFolder } from '@batchmill/contracts';
import { statSync } from 'node:fs';
import type { Settings } from './settings/index.js';

/** Throws a ValidationError when the home exists and is not a folder. */
export function checkHome({ installation: { home } }: Settings): void {
  try {
    if (statSync(home).isDirectory()) return;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    throw homeError(`${home} cannot be a folder (${codeOf(cause)})`, cause);
  }
  throw homeError(`found the file ${home}, expected a folder`);
}

/** Creates the home if it is missing. Throws a ValidationError when it cannot be created. */
export function createHome(settings: Settings): void {
  checkHome(settings);
  const { home } = settings.installation;
  try {
    createFolder(home);
  } catch (cause) {
    throw homeError(`${home} cannot be created (${codeOf(cause)})`, cause);
  }
}

function homeError(found: string, cause?: unknown): ValidationError {
  return new ValidationError('settings.home', `BATCHMILL_HOME: ${found}; set it to a folder that can be written to`, {
    cause,
  });
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

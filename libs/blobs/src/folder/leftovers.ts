import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './file-error.js';

const oldMs = 24 * 60 * 60 * 1000;

/** Removes files of dead writers: files without a write for a day. */
export async function removeLeftovers(folder: string, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    try {
      const { mtimeMs } = await stat(path);
      if (now.getTime() - mtimeMs > oldMs) await rm(path, { force: true });
    } catch (error) {
      if (!isMissing(error)) throw error; // its writer has just finished it
    }
  }
}

import { mkdir, open } from 'node:fs/promises';
import { dirname, relative, sep } from 'node:path';

/** Creates the folder and its missing parents. When it resolves, they survive a power failure. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const made = relative(dirname(first), folder).split(sep);
  for (let depth = 0, parent = folder; depth < made.length; depth += 1) {
    parent = dirname(parent);
    await syncFolder(parent);
  }
}

/** When it resolves, the names in the folder survive a power failure. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

import { join } from 'node:path';

/** No name begins with a dot or contains a slash or two dots in a row, so none leaves the folder. */
const legalName = /^[0-9a-z][0-9a-z-]{1,99}(?:\.[0-9a-z]+)*$/;

/**
 * `ab12….jsonl` lies in `a/b/`: 256 folders keep each one small for a million blobs, and once they exist a new
 * blob creates none. Null for an invalid name.
 */
export function blobPath(folder: string, name: string): string | null {
  if (!legalName.test(name)) return null;
  return join(folder, name.slice(0, 1), name.slice(1, 2), name);
}

import { realpath, stat, statfs } from 'node:fs/promises';
import type { Place } from '../store.js';

/** File systems that give the same file another number after a restart: FUSE, SMB 1 and 2, 9P. */
const withoutFileNumbers: readonly number[] = [0x65735546, 0xff534d42, 0xfe534d42, 0x01021997];

/**
 * A file is known by its number in the file system and the time at which it was created there: a copy has others, a file
 * that was moved has the same. Where the file system keeps no numbers, it is known by its path.
 */
export async function placeOfFile(file: string): Promise<Place> {
  const path = await realpath(file);
  const { type } = await statfs(path);
  const { ino, birthtimeNs } = await stat(path, { bigint: true });
  const id = withoutFileNumbers.includes(type) ? path : `${ino}/${birthtimeNs}`;
  return { name: path, database: null, id, servers: [] };
}

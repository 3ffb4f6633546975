import { realpath, stat, statfs } from 'node:fs/promises';
import type { Place } from '../store.js';

/** File systems that give the same file another number after a restart: FUSE, SMB 1 and 2, 9P. */
const withoutFileNumbers: readonly number[] = [0x65735546, 0xff534d42, 0xfe534d42, 0x01021997];

/**
 * A file is known by its number in the file system and the time at which it was created there: a copy has others, a file
 * that was moved has the same. Where the file system keeps no numbers, it is known by its path. Where it keeps no time of
 * creation, Node gives 0 or the time of the last change.
 */
export async function placeOfFile(file: string): Promise<Place> {
  const path = await realpath(file);
  const { type } = await statfs(path);
  if (withoutFileNumbers.includes(type)) return { name: path, identity: { path }, servers: [] };
  const { ino, birthtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const hasCreation = birthtimeNs !== 0n && birthtimeNs !== ctimeNs;
  const identity = { file: String(ino), ...(hasCreation && { created: String(birthtimeNs) }) };
  return { name: path, identity, servers: [] };
}

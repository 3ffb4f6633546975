import { crc32 } from 'node:zlib';

/** The same partition for the same key, in every process and for good. */
export function partitionOf(key: string, partitions: number): number {
  return crc32(key) % partitions;
}

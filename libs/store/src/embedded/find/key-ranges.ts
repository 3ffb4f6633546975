import { bracketStart } from '../values/encode-key.js';

/** Keys from `from` (inclusive) up to `to` (exclusive). */
export interface KeyRange {
  readonly from: Buffer;
  readonly to: Buffer;
}

/** Disjoint ranges in ascending order. */
export type KeyRanges = readonly KeyRange[];

/** No key starts with 0xff. */
export const everyKey: KeyRanges = [{ from: Buffer.of(), to: Buffer.of(0xff) }];

export function bracketRange(bracket: number): KeyRange {
  return { from: bracketStart(bracket), to: bracketStart(bracket + 1) };
}

/** The next key after this one. */
export function keyAfter(key: Buffer): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}

export function includesKey(ranges: KeyRanges, key: Buffer): boolean {
  return ranges.some(({ from, to }) => Buffer.compare(from, key) <= 0 && Buffer.compare(key, to) < 0);
}

export function intersectRanges(ones: KeyRanges, others: KeyRanges): KeyRanges {
  return ones
    .flatMap((one) => others.map((other) => ({ from: later(one.from, other.from), to: earlier(one.to, other.to) })))
    .filter(({ from, to }) => Buffer.compare(from, to) < 0)
    .sort((one, other) => Buffer.compare(one.from, other.from));
}

/** Merges overlapping ranges and sorts them. */
export function uniteRanges(ranges: readonly KeyRange[]): KeyRanges {
  const united: KeyRange[] = [];
  for (const range of [...ranges].sort((one, other) => Buffer.compare(one.from, other.from))) {
    const last = united.at(-1);
    if (last !== undefined && Buffer.compare(range.from, last.to) <= 0) {
      united[united.length - 1] = { from: last.from, to: later(last.to, range.to) };
    } else {
      united.push(range);
    }
  }
  return united;
}

function later(one: Buffer, other: Buffer): Buffer {
  return Buffer.compare(one, other) >= 0 ? one : other;
}

function earlier(one: Buffer, other: Buffer): Buffer {
  return Buffer.compare(one, other) <= 0 ? one : other;
}

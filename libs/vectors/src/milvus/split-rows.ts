import type { VectorRow } from '../vectors.js';

/** The tag and the length of one text, at most. */
const framing = 4;
/** An integer of 64 bits, at most. */
const maxValueBytes = 10;

/** Keeps the last row of each key, at the position of the first one. */
export function lastOfEachKey(rows: readonly VectorRow[]): readonly VectorRow[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return byKey.size === rows.length ? rows : [...byKey.values()];
}

/** Cuts the rows, in their order, into parts of at most `maxBytes`. A larger row is a part of its own. */
export function splitRows(rows: readonly VectorRow[], maxBytes: number): VectorRow[][] {
  const parts: VectorRow[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const rowBytes = bytesOf(row);
    if (bytes + rowBytes > maxBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(row);
    bytes += rowBytes;
  }
  return parts;
}

function bytesOf({ key, fields, values = {}, vector }: VectorRow): number {
  let bytes = vector.byteLength + Buffer.byteLength(key) + framing + Object.keys(values).length * maxValueBytes;
  for (const name in fields) bytes += Buffer.byteLength(fields[name] ?? '') + framing;
  return bytes;
}

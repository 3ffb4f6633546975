import type { VectorRow } from '../vectors.js';
import { textFields } from './collection-fields.js';

/** Tags and lengths of a row's three texts. */
const framing = 12;

/** The last row of each key, where its key came first. */
export function lastOfEachKey(rows: readonly VectorRow[]): readonly VectorRow[] {
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return byKey.size === rows.length ? rows : [...byKey.values()];
}

/** Rows in their order, cut so that no part takes more than `maxBytes`, but for a row that does so alone. */
export function splitRows(rows: readonly VectorRow[], maxBytes: number): VectorRow[][] {
  const parts: VectorRow[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    const more = bytesOf(row);
    if (bytes + more > maxBytes) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(row);
    bytes += more;
  }
  return parts;
}

function bytesOf(row: VectorRow): number {
  return textFields.reduce((sum, field) => sum + Buffer.byteLength(row[field]), framing + row.vector.byteLength);
}

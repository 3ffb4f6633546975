import type { Filter } from '../../store.js';
import { columnOf, type Table } from '../catalog/table.js';
import { isOperators } from '../query/operators.js';
import { encodeKey } from '../values/encode-key.js';
import { pointsTerm, type Term } from './index-scans.js';

/**
 * What finds the documents that a filter matches without reading them. Null where there is none: the filter asks for more than texts
 * in fields with an index, or a document has an array there.
 */
export function termByColumns(table: Table, filter: Filter): Term | null {
  const terms = Object.entries(filter).map(([path, condition]) => termOf(table, path, condition));
  if (!terms.every((term) => term !== null) || terms.length === 0) return null;
  return { sql: terms.map(({ sql }) => sql).join(' AND '), values: terms.flatMap(({ values }) => values) };
}

function termOf(table: Table, path: string, condition: unknown): Term | null {
  const column = columnOf(table, path);
  if (path === '_id' || column === null || column.holdsArrays) return null;
  const texts = textsOf(condition);
  return texts === null ? null : pointsTerm(column.column, texts.map(encodeKey));
}

/** Texts are equal where their keys are. */
function textsOf(condition: unknown): readonly string[] | null {
  if (typeof condition === 'string') return [condition];
  if (!isOperators(condition) || Object.keys(condition).join() !== '$in') return null;
  const values: unknown = condition['$in'];
  return Array.isArray(values) && values.every((value) => typeof value === 'string') ? [...new Set(values)] : null;
}

import type { SqlValue } from '@batchmill/sqlite';
import type { Filter, Sort } from '../../store.js';
import { columnOf, type Table } from '../catalog/table.js';
import { constraintsOf, type Constraint } from './constraints.js';
import { indexScansOf, pointsTerm, type IndexScan, type Term } from './index-scans.js';
import { everyKey, type KeyRanges } from './key-ranges.js';

/**
 * How to read the documents that a filter may match:
 * - `keys`: one after another by their keys,
 * - `scan`: page by page through these ranges, in the order of the keys,
 * - `rows`: by the numbers of their rows, which an SQL query finds with the indexes and sorts,
 * - `merge`: page by page from several ranges of indexes, in the order of the keys over all of them,
 * - `union`: from several ranges of indexes, in no order.
 * `sorted` is false if the documents must be sorted in memory.
 */
export type Access = { readonly sorted: boolean } & (
  | { readonly kind: 'keys'; readonly keys: readonly Buffer[] }
  | { readonly kind: 'scan'; readonly ranges: KeyRanges; readonly descending: boolean }
  | { readonly kind: 'rows'; readonly sql: string; readonly values: readonly SqlValue[] }
  | { readonly kind: 'merge'; readonly scans: readonly IndexScan[]; readonly descending: boolean }
  | { readonly kind: 'union'; readonly scans: readonly IndexScan[] }
);

export function planAccess(table: Table, filter: Filter, sort: Sort = {}): Access {
  const fields = new Set(['_id', ...table.fields.map((field) => field.path)]);
  const constraints = constraintsOf(filter, fields);
  const onId = constraints.get('_id');
  const order = Object.entries(sort);
  const byIdOnly = order.length === 0 || (order.length === 1 && order[0]?.[0] === '_id');
  const descending = order[0]?.[1] === -1;
  if (onId?.kind === 'points') {
    const keys = byIdOnly && descending ? onId.points.toReversed() : onId.points;
    return { kind: 'keys', keys, sorted: byIdOnly || keys.length < 2 };
  }
  const indexed = constraints.size > (onId === undefined ? 0 : 1);
  if (byIdOnly) {
    const scans =
      order.length > 0 || !indexed || excludes(filter, fields)
        ? indexScansOf(table, filter, { byKey: order.length > 0 })
        : null;
    if (scans !== null) {
      return order.length > 0
        ? { kind: 'merge', scans, descending, sorted: true }
        : { kind: 'union', scans, sorted: true };
    }
  }
  const columns = orderColumns(table, sort);
  if (byIdOnly && !indexed) {
    return { kind: 'scan', ranges: onId?.ranges ?? everyKey, descending, sorted: true };
  }
  if (!indexed && columns === null) {
    return { kind: 'scan', ranges: onId?.ranges ?? everyKey, descending: false, sorted: false };
  }
  const terms = [...constraints].map(([path, constraint]) => termOf(table, path, constraint));
  const where = terms.length === 0 ? '' : ` WHERE ${terms.map((term) => term.sql).join(' AND ')}`;
  const orderBy = columns === null || columns.length === 0 ? '' : ` ORDER BY ${columns.join(', ')}`;
  return {
    kind: 'rows',
    sql: `SELECT row FROM ${table.name}${where}${orderBy}`,
    values: terms.flatMap((term) => term.values),
    sorted: columns !== null,
  };
}

/** Whether `$nin` says more of an indexed field than the other conditions. */
function excludes(filter: Filter, fields: ReadonlySet<string>): boolean {
  const all = constraintsOf(filter, fields, { exclusions: true });
  return [...constraintsOf(filter, fields)].length < all.size;
}

/** The columns to sort by in SQL, or null. A field that may hold arrays is sorted by an element, which no column has. */
function orderColumns(table: Table, sort: Sort): string[] | null {
  const columns: string[] = [];
  for (const [path, direction] of Object.entries(sort)) {
    const column = columnOf(table, path);
    if (column === null || column.holdsArrays) {
      return null;
    }
    columns.push(direction === -1 ? `${column.column} DESC` : column.column);
  }
  return columns;
}

function termOf(table: Table, path: string, constraint: Constraint): Term {
  const { column, holdsArrays } = columnOf(table, path) ?? { column: 'key', holdsArrays: false };
  const term =
    constraint.kind === 'points' ? pointsTerm(column, constraint.points) : rangesTerm(column, constraint.ranges);
  return holdsArrays ? { sql: `(${term.sql} OR ${column} IS NULL)`, values: term.values } : term;
}

function rangesTerm(column: string, ranges: KeyRanges): Term {
  if (ranges.length === 0) {
    return { sql: '0', values: [] };
  }
  return {
    sql: `(${ranges.map(() => `${column} >= ? AND ${column} < ?`).join(' OR ')})`,
    values: ranges.flatMap(({ from, to }) => [from, to]),
  };
}

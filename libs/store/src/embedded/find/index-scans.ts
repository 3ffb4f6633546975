import type { SqlValue } from '@batchmill/sqlite';
import type { Filter } from '../../store.js';
import { columnOf, type Table } from '../catalog/table.js';
import { alternativesOf, constraintsOf, type Constraint } from './constraints.js';
import { everyKey, type KeyRanges } from './key-ranges.js';

/** A condition in SQL. */
export interface Term {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** One range of one index: the rows that meet the conditions, with keys within the ranges. */
export interface IndexScan {
  readonly conditions: readonly Term[];
  readonly keys: KeyRanges;
}

/** More are slower than reading everything, and SQLite takes no more than 500 in one statement. */
const mostScans = 64;

/**
 * The ranges of the indexes in which everything is that a filter may match, also where it is one of several alternatives. Null where
 * there is no index for one of these. `byKey`: only ranges that an index holds in the order of the keys.
 */
export function indexScansOf(table: Table, filter: Filter, { byKey }: { readonly byKey: boolean }): IndexScan[] | null {
  const paths = new Set(['_id', ...table.fields.map(({ path }) => path)]);
  const scans = table.indexes.length === 0 ? null : scansWithin([], filter);
  return scans !== null && selectsOf(scans) <= mostScans ? scans : null;

  /** `context`: what also holds for the part of the filter. */
  function scansWithin(context: readonly Filter[], part: Filter): IndexScan[] | null {
    const whole = { $and: [...context, part] };
    const direct = scansOfConstraints(table, constraintsOf(whole, paths, { exclusions: true }), byKey);
    if (direct !== null) return direct;
    for (const alternatives of alternativesOf(part)) {
      const found = alternatives.map((alternative) => scansWithin([...context, part], alternative));
      if (found.length > 0 && found.every((scans) => scans !== null)) return found.flat();
    }
    return null;
  }
}

/** In one statement. */
function selectsOf(scans: readonly IndexScan[]): number {
  return scans.reduce((sum, { keys }) => sum + keys.length, 0);
}

interface FoundScans {
  readonly scans: readonly Pick<IndexScan, 'conditions'>[];
  /** How many fields of the index they use. */
  readonly columns: number;
}

function scansOfConstraints(
  table: Table,
  constraints: ReadonlyMap<string, Constraint>,
  byKey: boolean,
): IndexScan[] | null {
  const onId = constraints.get('_id');
  if (onId?.kind === 'points') return [{ conditions: [pointsTerm('key', onId.points)], keys: everyKey }];
  let best: FoundScans | null = null;
  for (const { keys } of table.indexes) {
    const found = scansOfIndex(table, Object.keys(keys), constraints, byKey);
    if (found !== null && found.scans.length <= mostScans && found.columns > (best?.columns ?? 0)) best = found;
  }
  return best?.scans.map(({ conditions }) => ({ conditions, keys: onId?.ranges ?? everyKey })) ?? null;
}

/** A scan for each combination of values of the index's first fields, and for each range of the next one. */
function scansOfIndex(
  table: Table,
  paths: readonly string[],
  constraints: ReadonlyMap<string, Constraint>,
  byKey: boolean,
): FoundScans | null {
  let scans: readonly (readonly Term[])[] = [[]];
  for (const [position, path] of paths.entries()) {
    const constraint = path === '_id' ? undefined : constraints.get(path);
    const isEnd = constraint?.kind !== 'points';
    const terms = constraint === undefined || (isEnd && byKey) ? null : termsOf(table, path, constraint);
    if (terms !== null) scans = scans.flatMap((conditions) => terms.map((term) => [...conditions, term]));
    if (!isEnd && scans.length <= mostScans) continue;
    if (position === 0 || (byKey && path !== '_id')) return null;
    return { scans: scans.map((conditions) => ({ conditions })), columns: position + (terms === null ? 0 : 1) };
  }
  return byKey ? null : { scans: scans.map((conditions) => ({ conditions })), columns: paths.length };
}

function termsOf(table: Table, path: string, constraint: Constraint): Term[] {
  const { column, holdsArrays } = columnOf(table, path) ?? { column: 'key', holdsArrays: false };
  const terms: Term[] =
    constraint.kind === 'points'
      ? constraint.points.map((point) => ({ sql: `${column} = ?`, values: [point] }))
      : constraint.ranges.map(({ from, to }) => ({ sql: `${column} >= ? AND ${column} < ?`, values: [from, to] }));
  return holdsArrays ? [...terms, { sql: `${column} IS NULL`, values: [] }] : terms;
}

/** Passes many points as one value, so that the statement stays the same. */
export function pointsTerm(column: string, points: readonly Buffer[]): Term {
  const [only, ...others] = points;
  if (only !== undefined && others.length === 0) {
    return { sql: `${column} = ?`, values: [only] };
  }
  return {
    sql: `${column} IN (SELECT unhex(value) FROM json_each(?))`,
    values: [JSON.stringify(points.map((point) => point.toString('hex')))],
  };
}

/** The selects of the scans in one statement. A row may be in several of them. */
export function unionSql(table: Table, scans: readonly IndexScan[], columns: string): Term {
  const selects = scans.flatMap(({ conditions, keys }) =>
    keys.map((range): Term => {
      const isEvery = range === everyKey[0];
      const terms = isEvery
        ? conditions
        : [...conditions, { sql: 'key >= ? AND key < ?', values: [range.from, range.to] }];
      return {
        sql: `SELECT ${columns} FROM ${table.name} WHERE ${terms.map(({ sql }) => sql).join(' AND ')}`,
        values: terms.flatMap(({ values }) => values),
      };
    }),
  );
  if (selects.length === 0) return { sql: `SELECT ${columns} FROM ${table.name} WHERE 0`, values: [] };
  return { sql: selects.map(({ sql }) => sql).join(' UNION ALL '), values: selects.flatMap(({ values }) => values) };
}

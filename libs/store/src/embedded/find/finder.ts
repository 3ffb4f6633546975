import type { Database } from '@batchmill/sqlite';
import type { Fields, Filter, Sort } from '../../store.js';
import type { Table } from '../catalog/table.js';
import { compileFilter } from '../query/compile-filter.js';
import { isOperators, type Predicate } from '../query/operators.js';
import { decodeBody } from '../values/body.js';
import { Bracket, bracketOf } from '../values/bracket.js';
import { sameFields } from '../values/compare-values.js';
import { encodeKey } from '../values/encode-key.js';
import { planAccess } from './plan-access.js';
import { rowByKey, rowByNumber, Rows, type StoredRow } from './rows.js';
import { compareSortKeys, sortKeyOf } from './sort-key.js';

/** A document that matched, and the row it lies in. */
export interface Match {
  readonly row: number;
  readonly document: Fields;
}

const pageRows = 50;

/** Finds the one document that an update is for, within a transaction. */
export type Finder = (database: Database, table: Table) => Match | null;

/** The first that matches, in the order asked for. */
export function compileFinder(filter: Filter, sort: Sort = {}): Finder {
  const { _id: id, ...rest } = filter;
  if (id !== undefined && namesOne(id)) {
    return finderOfKey(encodeKey(id), compileFilter(rest)); // the key says the rest: equal ids have equal keys
  }
  const holds = compileFilter(filter);
  return (database, table) => firstMatch(database, table, filter, sort, holds);
}

/** `compileFinder` for filters that differ in their `_id` alone, as those of a bulk mostly do: the rest is compiled once. */
export function rememberingFinders(): (filter: Filter) => Finder {
  let last: { readonly rest: Filter; readonly holds: Predicate } | null = null;
  return (filter) => {
    const { _id: id, ...rest } = filter;
    if (id === undefined || !namesOne(id)) {
      return compileFinder(filter);
    }
    last = last !== null && sameFields(last.rest, rest) ? last : { rest, holds: compileFilter(rest) };
    return finderOfKey(encodeKey(id), last.holds);
  };
}

function finderOfKey(key: Buffer, holds: Predicate): Finder {
  return (database, table) => matchOf(rowByKey(database, table, key), holds);
}

function namesOne(id: unknown): boolean {
  const bracket = bracketOf(id);
  return !isOperators(id) && bracket !== Bracket.regex && bracket !== Bracket.array;
}

function matchOf(stored: StoredRow | null, holds: Predicate): Match | null {
  if (stored === null) {
    return null;
  }
  const document = decodeBody(stored.body);
  return holds(document) ? { row: stored.row, document } : null;
}

function firstMatch(database: Database, table: Table, filter: Filter, sort: Sort, holds: Predicate): Match | null {
  const access = planAccess(table, filter, sort);
  if (!access.sorted) {
    return bestMatch(Rows.of(database, table, access), sort, holds);
  }
  if (access.kind === 'rows') {
    for (const { row } of database.iterate(access.sql, ...access.values)) {
      const match = matchOf(rowByNumber(database, table, Number(row)), holds);
      if (match !== null) {
        return match;
      }
    }
    return null;
  }
  const rows = Rows.of(database, table, access);
  for (let page = rows.next(pageRows); page.length > 0; page = rows.next(pageRows)) {
    for (const stored of page) {
      const match = matchOf(stored, holds);
      if (match !== null) {
        return match;
      }
    }
  }
  return null;
}

function bestMatch(rows: Rows, sort: Sort, holds: Predicate): Match | null {
  let best: { readonly match: Match; readonly key: readonly unknown[] } | null = null;
  for (let page = rows.next(pageRows); page.length > 0; page = rows.next(pageRows)) {
    for (const stored of page) {
      const match = matchOf(stored, holds);
      if (match !== null) {
        const key = sortKeyOf(match.document, sort);
        best = best === null || compareSortKeys(key, best.key, sort) < 0 ? { match, key } : best;
      }
    }
  }
  return best?.match ?? null;
}

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

/** A document that matches, and its row. */
export interface Match {
  readonly row: number;
  readonly document: Fields;
}

const pageRows = 50;

/** Finds the document that an update applies to, within a transaction. */
export type Finder = (database: Database, table: Table) => Match | null;

/** Finds the first document that matches, in the given order. */
export function compileFinder(filter: Filter, sort: Sort = {}): Finder {
  const ofId = finderOfId(filter);
  if (ofId !== null) {
    return ofId;
  }
  const matches = compileFilter(filter);
  return (database, table) => firstMatch(database, table, filter, sort, matches);
}

/** For a filter that names a single `_id`, and so at most one document; null: it does not. */
export function finderOfId({ _id: id, ...rest }: Filter): Finder | null {
  if (id === undefined || !isSingleId(id)) {
    return null;
  }
  return finderOfKey(encodeKey(id), compileFilter(rest)); // the key decides the condition on `_id`: equal ids have equal keys
}

/** `compileFinder` that compiles the rest of a filter once for consecutive filters that differ only in `_id`, as in a bulk. */
export function cachingFinders(): (filter: Filter) => Finder {
  let last: { readonly rest: Filter; readonly matches: Predicate } | null = null;
  return (filter) => {
    const { _id: id, ...rest } = filter;
    if (id === undefined || !isSingleId(id)) {
      return compileFinder(filter);
    }
    last = last !== null && sameFields(last.rest, rest) ? last : { rest, matches: compileFilter(rest) };
    return finderOfKey(encodeKey(id), last.matches);
  };
}

function finderOfKey(key: Buffer, matches: Predicate): Finder {
  return (database, table) => matchOf(rowByKey(database, table, key), matches);
}

function isSingleId(id: unknown): boolean {
  const bracket = bracketOf(id);
  return !isOperators(id) && bracket !== Bracket.regex && bracket !== Bracket.array;
}

function matchOf(stored: StoredRow | null, matches: Predicate): Match | null {
  if (stored === null) {
    return null;
  }
  const document = decodeBody(stored.body);
  return matches(document) ? { row: stored.row, document } : null;
}

function firstMatch(database: Database, table: Table, filter: Filter, sort: Sort, matches: Predicate): Match | null {
  const access = planAccess(table, filter, sort);
  if (!access.sorted) {
    return bestMatch(Rows.of(database, table, access), sort, matches);
  }
  if (access.kind === 'rows') {
    for (const { row } of database.iterate(access.sql, ...access.values)) {
      const match = matchOf(rowByNumber(database, table, Number(row)), matches);
      if (match !== null) {
        return match;
      }
    }
    return null;
  }
  const rows = Rows.of(database, table, access);
  for (let page = rows.next(pageRows); page.length > 0; page = rows.next(pageRows)) {
    for (const stored of page) {
      const match = matchOf(stored, matches);
      if (match !== null) {
        return match;
      }
    }
  }
  return null;
}

function bestMatch(rows: Rows, sort: Sort, matches: Predicate): Match | null {
  let best: { readonly match: Match; readonly key: readonly unknown[] } | null = null;
  for (let page = rows.next(pageRows); page.length > 0; page = rows.next(pageRows)) {
    for (const stored of page) {
      const match = matchOf(stored, matches);
      if (match !== null) {
        const key = sortKeyOf(match.document, sort);
        best = best === null || compareSortKeys(key, best.key, sort) < 0 ? { match, key } : best;
      }
    }
  }
  return best?.match ?? null;
}

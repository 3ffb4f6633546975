import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fields, Filter, Projection, Sort } from '../../store.js';
import type { Catalog } from '../catalog/catalog.js';
import { compileFilter } from '../query/compile-filter.js';
import type { Predicate } from '../query/operators.js';
import { decodeBody, decodeExactBody, decodeFields } from '../values/body.js';
import { neededFields } from './needed-fields.js';
import { planAccess } from './plan-access.js';
import { Rows } from './rows.js';
import { compareSortKeys, sortKeyOf } from './sort-key.js';

const mostPageRows = 200;
/** Who wants a few documents mostly finds them among the first rows. */
const fewestPageRows = 4;

interface SortableRow {
  readonly row: number;
  readonly key: readonly unknown[];
}

/** Which documents, and which fields of theirs are decoded; null: all. */
interface Selection {
  readonly matches: Predicate;
  readonly fields: ReadonlySet<string> | null;
}

interface Reading {
  readonly sort?: Sort | undefined;
  /** Fields that it does not keep may be missing; the caller projects the rest. */
  readonly projection?: Projection | undefined;
  readonly exactTypes?: boolean;
  /** How many documents the caller takes at most. */
  readonly wanted?: number | undefined;
}

/**
 * Reads the documents that match, in the given order, page by page. No transaction is open while the caller has a
 * document. The filter is tested when a document is read. Where no index gives the order, the sort keys, not the
 * documents, are sorted in memory.
 */
export async function* readMatching(
  catalog: Catalog,
  collection: string,
  filter: Filter,
  reading: Reading = {},
): AsyncGenerator<Fields> {
  const { sort = {}, projection } = reading;
  const matches = compileFilter(filter);
  const selection = { matches, fields: neededFields(filter, sort, projection) };
  const opened = catalog.read(() => {
    const table = catalog.table(collection);
    if (table === null) {
      return null;
    }
    const access = planAccess(table, filter, sort);
    return { table, sorted: access.sorted, rows: Rows.of(catalog.database, table, access) };
  });
  if (opened === null) {
    return;
  }
  if (opened.sorted) {
    yield* documentsOf(catalog, selection, opened.rows, reading);
    return;
  }
  const ofKeys = { matches, fields: neededFields(filter, sort, { _id: 1 }) };
  const numbers = await sortedNumbers(catalog, ofKeys, sort, opened.rows);
  yield* documentsOf(catalog, selection, Rows.numbered(catalog.database, opened.table, numbers), reading);
}

async function* documentsOf(
  catalog: Catalog,
  selection: Selection,
  rows: Rows,
  { exactTypes = false, wanted }: Reading,
): AsyncGenerator<Fields> {
  for await (const { document, body } of matchesOf(catalog, selection, rows, wanted)) {
    yield exactTypes ? decodeExactBody(body) : document;
  }
}

async function* matchesOf(
  catalog: Catalog,
  { matches, fields }: Selection,
  rows: Rows,
  wanted = Infinity,
): AsyncGenerator<{ readonly row: number; readonly document: Fields; readonly body: Uint8Array }> {
  for (let pageRows = Math.max(fewestPageRows, wanted); ; pageRows *= 4) {
    const page = catalog.read(() => rows.next(Math.min(mostPageRows, pageRows)));
    if (page.length === 0) {
      return;
    }
    for (const { row, body } of page) {
      const document = fields === null ? decodeBody(body) : decodeFields(body, fields);
      if (matches(document)) {
        yield { row, document, body };
      }
    }
    if (rows.hasEnded) {
      return;
    }
    await nextTurn();
  }
}

async function sortedNumbers(catalog: Catalog, selection: Selection, sort: Sort, rows: Rows): Promise<number[]> {
  const sortable: SortableRow[] = [];
  for await (const { row, document } of matchesOf(catalog, selection, rows)) {
    sortable.push({ row, key: sortKeyOf(document, sort) });
  }
  return sortable.sort((one, other) => compareSortKeys(one.key, other.key, sort)).map(({ row }) => row);
}

import { setImmediate as otherWork } from 'node:timers/promises';
import type { Fields, Filter, Sort } from '../../store.js';
import type { Catalog } from '../catalog/catalog.js';
import { compileFilter } from '../query/compile-filter.js';
import type { Predicate } from '../query/operators.js';
import { decodeBody } from '../values/body.js';
import { planAccess } from './plan-access.js';
import { Rows } from './rows.js';
import { compareSortKeys, sortKeyOf } from './sort-key.js';

const pageRows = 200;

interface Found {
  readonly row: number;
  readonly key: readonly unknown[];
}

/**
 * What matches, in the order asked for, page by page: no transaction is open while a document is with the caller. Each
 * document is looked at with the filter at the moment when it is read. An order that no index gives is made in memory,
 * of sort keys, not of documents.
 */
export async function* readMatching(
  catalog: Catalog,
  collection: string,
  filter: Filter,
  sort: Sort = {},
): AsyncGenerator<Fields> {
  const holds = compileFilter(filter);
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
    yield* documentsOf(catalog, holds, opened.rows);
    return;
  }
  const numbers = await sortedNumbers(catalog, holds, sort, opened.rows);
  yield* documentsOf(catalog, holds, Rows.numbered(catalog.database, opened.table, numbers));
}

async function* documentsOf(catalog: Catalog, holds: Predicate, rows: Rows): AsyncGenerator<Fields> {
  for await (const { document } of matchesOf(catalog, holds, rows)) {
    yield document;
  }
}

async function* matchesOf(
  catalog: Catalog,
  holds: Predicate,
  rows: Rows,
): AsyncGenerator<{ readonly row: number; readonly document: Fields }> {
  for (;;) {
    const page = catalog.read(() => rows.next(pageRows));
    if (page.length === 0) {
      return;
    }
    for (const { row, body } of page) {
      const document = decodeBody(body);
      if (holds(document)) {
        yield { row, document };
      }
    }
    await otherWork();
  }
}

async function sortedNumbers(catalog: Catalog, holds: Predicate, sort: Sort, rows: Rows): Promise<number[]> {
  const found: Found[] = [];
  for await (const { row, document } of matchesOf(catalog, holds, rows)) {
    found.push({ row, key: sortKeyOf(document, sort) });
  }
  return found.sort((one, other) => compareSortKeys(one.key, other.key, sort)).map(({ row }) => row);
}

import { ProcessingError } from '@batchmill/contracts';
import { isConstraintViolation } from '@batchmill/sqlite';
import { DuplicateKeyError } from '../../duplicate-key-error.js';
import type { IndexKeys } from '../../store.js';
import { everyKey } from '../find/key-ranges.js';
import { Rows } from '../find/rows.js';
import { decodeBody } from '../values/body.js';
import type { Catalog } from './catalog.js';
import { columnOf, indexValue, storedKeys, type Table } from './table.js';

const pageRows = 500;

/** Creates a missing index: a column for each field, filled from the stored documents, and SQLite's index on the columns. */
export function ensureIndex(catalog: Catalog, collection: string, asked: IndexKeys): void {
  const index = { ...asked, keys: storedKeys(asked) };
  if (catalog.read(() => indexExists(catalog.table(collection), index))) {
    return;
  }
  catalog.write(() => {
    if (!indexExists(catalog.table(collection), index)) {
      createIndex(catalog, collection, index);
    }
  });
}

/** True when the index is there. Throws when the collection has it with another uniqueness. */
export function indexExists(table: Table | null, { keys, unique }: IndexKeys): boolean {
  if (Object.keys(keys).join() === '_id') {
    return true;
  }
  const existing = table?.indexes.find((index) => JSON.stringify(index.keys) === JSON.stringify(keys));
  if (existing !== undefined && existing.unique !== (unique ?? false)) {
    throw new ProcessingError(
      'store.index-conflict',
      `${table?.collection ?? ''}: found the index on ${Object.keys(keys).join(', ')} with unique: ${existing.unique === true}, expected unique: ${existing.unique !== true}`,
    );
  }
  return existing !== undefined;
}

function createIndex(catalog: Catalog, collection: string, { keys, unique = false }: IndexKeys): void {
  const { database } = catalog;
  const before = catalog.ensureTable(collection);
  const missing = Object.keys(keys).filter((path) => columnOf(before, path) === null);
  for (const [index, path] of missing.entries()) {
    const number = before.fields.length + index;
    database.run('INSERT INTO batchmill_fields (collection, path, number) VALUES (?, ?, ?)', before.id, path, number);
    database.run(`ALTER TABLE ${before.name} ADD COLUMN i${number} BLOB`);
  }
  database.run(
    'INSERT INTO batchmill_indexes (collection, keys, is_unique) VALUES (?, ?, ?)',
    before.id,
    JSON.stringify(keys),
    Number(unique),
  );
  catalog.changed();
  const table = catalog.ensureTable(collection);
  fillColumns(catalog, table, missing);
  const columns = Object.entries(keys).map(
    ([path, direction]) => `${columnOf(table, path)?.column ?? 'key'}${direction === -1 ? ' DESC' : ''}`,
  );
  try {
    database.run(
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX x_${table.id}_${table.indexes.length} ON ${table.name} (${columns.join(', ')})`,
    );
  } catch (error) {
    throw isConstraintViolation(error)
      ? new DuplicateKeyError(collection, `(${Object.keys(keys).join(', ')})`, { cause: error })
      : error;
  }
}

function fillColumns(catalog: Catalog, table: Table, paths: readonly string[]): void {
  const fields = table.fields.filter((field) => paths.includes(field.path));
  if (fields.length === 0) {
    return;
  }
  const { database } = catalog;
  const sql = `UPDATE ${table.name} SET ${fields.map((field) => `${field.column} = ?`).join(', ')} WHERE row = ?`;
  const holdArrays = new Set<string>();
  const rows = Rows.of(database, table, { kind: 'scan', ranges: everyKey, descending: false, sorted: true });
  for (let page = rows.next(pageRows); page.length > 0; page = rows.next(pageRows)) {
    for (const { row, body } of page) {
      const document = decodeBody(body);
      const values = fields.map((field) => indexValue(document, field));
      fields.filter((_, index) => values[index] === null).forEach((field) => holdArrays.add(field.path));
      database.run(sql, ...values, row);
    }
  }
  for (const path of holdArrays) {
    database.run('UPDATE batchmill_fields SET holds_arrays = 1 WHERE collection = ? AND path = ?', table.id, path);
  }
  catalog.changed();
}

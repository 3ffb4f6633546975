import { isConstraintViolation } from '@batchmill/sqlite';
import { ObjectId } from 'bson';
import { DuplicateKeyError } from '../../duplicate-key-error.js';
import type { Fields } from '../../store.js';
import type { Catalog } from '../catalog/catalog.js';
import { indexValue, type IndexedField, type Table } from '../catalog/table.js';
import { describeId, refuse, type RefusedCode } from '../refusals.js';
import { overlaps } from '../update/compile-update.js';
import { encodeBody, maxDocumentBytes } from '../values/body.js';
import { Bracket, bracketOf } from '../values/bracket.js';
import { encodeKey } from '../values/encode-key.js';

/* Every function here runs within a write of the catalog. */

/** Stores a new document. One without `_id` gets an ObjectId. */
export function insertDocument(catalog: Catalog, collection: string, document: Fields): void {
  const withId = document['_id'] === undefined ? { _id: new ObjectId(), ...document } : document;
  const id = withId['_id'];
  refuseId(collection, id);
  const body = bodyOf(collection, withId, 'store.insert-refused');
  const table = catalog.ensureTable(collection);
  const values = table.fields.map((field) => indexValue(withId, field));
  noteArrays(catalog, table.fields, values, table);
  const columns = ['key', 'body', ...table.fields.map((field) => field.column)];
  const sql = `INSERT INTO ${table.name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
  orDuplicate(table, id, () => catalog.database.run(sql, encodeKey(id), body, ...values));
}

/** Stores a changed document in its row and returns the stored body. `paths` are those that may have changed. */
export function rewriteDocument(
  catalog: Catalog,
  table: Table,
  row: number,
  document: Fields,
  paths: readonly string[],
): Uint8Array {
  const body = bodyOf(table.collection, document, 'store.update-refused');
  const fields = table.fields.filter((field) => paths.some((path) => overlaps(path, field.parts.join('.'))));
  const values = fields.map((field) => indexValue(document, field));
  noteArrays(catalog, fields, values, table);
  const assignments = ['body = ?', ...fields.map((field) => `${field.column} = ?`)].join(', ');
  const sql = `UPDATE ${table.name} SET ${assignments} WHERE row = ?`;
  orDuplicate(table, document['_id'], () => catalog.database.run(sql, body, ...values, row));
  return body;
}

function refuseId(collection: string, id: unknown): void {
  const bracket = bracketOf(id);
  if (bracket === Bracket.array || bracket === Bracket.regex) {
    refuse(
      'store.insert-refused',
      `${collection}: found an array or a pattern as _id, expected another type, such as a string or an ObjectId`,
    );
  }
}

function bodyOf(collection: string, document: Fields, code: RefusedCode): Uint8Array {
  let cause: unknown;
  try {
    const body = encodeBody(document);
    if (body.length <= maxDocumentBytes) {
      return body;
    }
  } catch (error) {
    cause = error;
  }
  return refuse(
    code,
    `${collection}: ${describeId(document['_id'])} cannot be stored: expected values of BSON's types, and at most ${maxDocumentBytes} bytes`,
    cause,
  );
}

/** After the first array, the column of a field no longer finds every document by its value. */
function noteArrays(
  catalog: Catalog,
  fields: readonly IndexedField[],
  values: readonly (Buffer | null)[],
  table: Table,
): void {
  for (const [index, field] of fields.entries()) {
    if (values[index] === null && !field.holdsArrays) {
      catalog.database.run(
        'UPDATE batchmill_fields SET holds_arrays = 1 WHERE collection = ? AND path = ?',
        table.id,
        field.path,
      );
      catalog.changed();
    }
  }
}

function orDuplicate(table: Table, id: unknown, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isConstraintViolation(error)) {
      throw error;
    }
    throw new DuplicateKeyError(table.collection, duplicateKey(table, id, error), { cause: error });
  }
}

/** SQLite's message names the columns: `UNIQUE constraint failed: c_1.i1, c_1.i2`. */
function duplicateKey(table: Table, id: unknown, error: unknown): string {
  const columns = String(error).match(/\b(?:i\d+|key)\b/g) ?? [];
  const paths = columns.map((column) => table.fields.find((field) => field.column === column)?.path ?? '_id');
  const names = paths.length === 0 ? '_id' : paths.join(', ');
  return names === '_id' ? `_id ${describeId(id)}` : `(${names}) of ${describeId(id)}`;
}

import type { Row, SqlValue } from '@batchmill/sqlite';
import { fieldsToCreate } from '../check-rows.js';
import type { ComparedValue, RowCondition, RowValue } from '../row-condition.js';
import { writeCondition } from '../write-condition.js';
import type { RowValueType, VectorCollection, VectorEntry, VectorRow } from '../vectors.js';

/** The declared types of the columns, from which the types of the fields are read again. */
const columnTypes: Readonly<Record<RowValueType, string>> = { integer: 'INTEGER', number: 'REAL', boolean: 'BOOLEAN' };

/** The columns of a new table, beside the key and the vector. */
export function columnDefinitions({ valueFields = {}, ...texts }: Omit<VectorCollection, 'name'>): string[] {
  return [
    ...fieldsToCreate(texts).map((field) => `${quoted(field)} TEXT NOT NULL`),
    ...Object.entries(valueFields).map(([field, type]) => `${quoted(field)} ${columnTypes[type]} NOT NULL`),
  ];
}

/** The fields of a table, by what SQLite tells of its columns. */
export function fieldsOfColumns(columns: readonly Row[]): Pick<VectorCollection, 'fields' | 'valueFields'> {
  const fields: string[] = [];
  const valueFields: Record<string, RowValueType> = {};
  for (const { name, type } of columns) {
    if (name === 'key' || name === 'vector') continue;
    const valueType = (Object.keys(columnTypes) as RowValueType[]).find((each) => columnTypes[each] === type);
    if (valueType === undefined) fields.push(String(name));
    else valueFields[String(name)] = valueType;
  }
  return Object.keys(valueFields).length === 0 ? { fields } : { fields, valueFields };
}

/** The names of all fields. */
export function columnNames({ fields, valueFields = {} }: VectorCollection): string[] {
  return [...fields, ...Object.keys(valueFields)];
}

/** The values of a row, in the order of `columnNames`. */
export function columnValues(
  collection: VectorCollection,
  { fields, values = {} }: Omit<VectorRow, 'vector'>,
): SqlValue[] {
  return columnNames(collection).map((name) => sqlValue(fields[name] ?? values[name] ?? ''));
}

export function sqlValue(value: string | RowValue): SqlValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

/** What is selected to read an entry. Integers are read as text, because a JavaScript number would round them. */
export function entryColumns({ fields, valueFields = {} }: VectorCollection): string {
  const values = Object.entries(valueFields).map(([field, type]) =>
    type === 'integer' ? `CAST(${quoted(field)} AS TEXT) AS ${quoted(field)}` : quoted(field),
  );
  return ['key', ...fields.map(quoted), ...values].join();
}

export function entryOf({ fields, valueFields }: VectorCollection, row: Row): VectorEntry {
  const entry = {
    key: String(row['key']),
    fields: Object.fromEntries(fields.map((field) => [field, String(row[field])])),
  };
  if (valueFields === undefined) return entry;
  const values = Object.entries(valueFields).map(([field, type]) => [field, valueOf(row[field], type)] as const);
  return { ...entry, values: Object.fromEntries(values) };
}

function valueOf(stored: Row[string] | undefined, type: RowValueType): RowValue {
  switch (type) {
    case 'integer':
      return BigInt(String(stored));
    case 'number':
      return Number(stored);
    case 'boolean':
      return Number(stored) === 1;
  }
}

/** A condition in SQL, and the values of its parameters. */
export function conditionSql(
  collection: VectorCollection,
  condition: RowCondition,
): { readonly sql: string; readonly values: readonly SqlValue[] } {
  const values: SqlValue[] = [];
  const parameter = (value: ComparedValue): string => {
    values.push(sqlValue(value));
    return '?';
  };
  const sql = writeCondition(collection, condition, {
    comparison: (field, is, value) => `${quoted(field)} ${is} ${parameter(value)}`,
    in: (field, compared) => `${quoted(field)} IN (${compared.map(parameter).join()})`,
  });
  return { sql, values };
}

/** A field may have the name of a keyword of SQL. */
export function quoted(field: string): string {
  return `"${field}"`;
}

import { ValidationError } from '@batchmill/contracts';
import { checkPartitionField, checkPartitions } from './check-partitions.js';
import type { VectorsErrorCode } from './error-codes.js';
import { isOfType } from './write-condition.js';
import type { RowUpdate, VectorCollection, VectorRow } from './vectors.js';

/** Every collection has a key and a vector. The hits of the Milvus client have the similarity as `score`. */
const reserved = ['key', 'vector', 'score'];

/** Names that Milvus refuses for a field: https://github.com/milvus-io/milvus/blob/master/pkg/common/keywords.go */
const milvusKeyword =
  /^(?:like|exists|and|or|not|in|true|false|null|array_length|(?:json|array)_contains(?:_all|_any)?|(?:text|phrase)_match|random_sample)$/;

/** Fits a path or a URL as an id. Longer texts are refused before they are sent. */
export const defaultTextBytes = 1_024;

/** https://milvus.io/docs/limitations.md */
const mostTextBytes = 65_535;
const mostFields = 64 - 2;

/** Throws unless every store would accept the collection. */
export function checkCollection({
  name,
  dimensions,
  valueFields = {},
  textBytes = {},
  partitionField,
  ...texts
}: VectorCollection): void {
  const fields = [...fieldsToCreate(texts), ...Object.keys(valueFields)];
  checkName('collection', name);
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    refuse(
      'vectors.bad-dimensions',
      `Collection ${name}: found ${dimensions} dimensions, expected a whole number from 1.`,
    );
  }
  for (const [index, field] of fields.entries()) {
    const problem = problemOfFieldName(field, fields.slice(0, index));
    if (problem) refuse('vectors.bad-name', `Collection ${name}: found the field name "${field}", ${problem}.`);
  }
  if (fields.length > mostFields) {
    refuse('vectors.bad-field', `Collection ${name}: found ${fields.length} fields, expected at most ${mostFields}.`);
  }
  checkPartitionField({ name, fields: texts.fields, valueFields, partitionField });
  for (const [field, bytes] of Object.entries(textBytes)) {
    if (Number.isInteger(bytes) && bytes >= 1 && bytes <= mostTextBytes) continue;
    const expected = `a whole number from 1 to ${mostTextBytes}`;
    refuse('vectors.bad-field', `Collection ${name}: found ${bytes} bytes for ${field}, expected ${expected}.`);
  }
}

function checkName(of: 'collection' | 'alias', name: string): void {
  if (/^[A-Za-z_]\w{0,254}$/.test(name)) return;
  refuse(
    'vectors.bad-name',
    `Found the name "${name}" of ${of === 'alias' ? 'an alias' : 'a collection'}, expected 1 to 255 letters, digits or _, not starting with a digit.`,
  );
}

/** Throws unless every store would accept the alias. */
export function checkAlias(alias: string): void {
  checkName('alias', alias);
}

/** Whoever writes by an alias would write elsewhere as soon as it moves. */
export function refuseAlias(alias: string, collection: string): never {
  refuse(
    'vectors.bad-name',
    `Found the name "${alias}" of a collection, which is an alias of ${collection}. Name a collection.`,
  );
}

export function refuseAliasOfCollection(alias: string): never {
  refuse('vectors.bad-name', `Found the alias "${alias}", which is the name of a collection. Choose another alias.`);
}

export function refuseToDrop(collection: string, aliases: readonly string[]): never {
  refuse(
    'vectors.has-alias',
    `Collection ${collection}: found the alias ${aliases.join(', ')}, expected none. Move it to another collection first.`,
  );
}

/** The fields of a new collection. */
export function fieldsToCreate({
  fields,
  optionalFields = [],
}: Pick<VectorCollection, 'fields' | 'optionalFields'>): readonly string[] {
  return [...fields, ...optionalFields];
}

/** SQLite's columns ignore case, so the names are of lower-case letters only. */
function problemOfFieldName(field: string, previous: readonly string[]): string | null {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(field)) {
    return 'expected 1 to 63 lower-case letters, digits or _, starting with a letter';
  }
  if (reserved.includes(field) || milvusKeyword.test(field)) return 'which is reserved';
  return previous.includes(field) ? 'more than once' : null;
}

/**
 * Throws unless the existing collection has the expected dimensions, model, fields and partitions, and its texts hold as many bytes as were asked
 * for. It may lack optional fields. The order of the fields does not matter.
 */
export function checkExisting(existing: VectorCollection, expected: VectorCollection): void {
  if (existing.dimensions !== expected.dimensions) {
    refuse(
      'vectors.other-dimensions',
      `Collection ${existing.name}: found ${existing.dimensions} dimensions, expected ${expected.dimensions}. ` +
        'Name another collection, or request the existing dimensions from the model.',
    );
  }
  const { model } = existing;
  if (model !== undefined && expected.model !== undefined && model !== expected.model) {
    refuseOtherModel(existing.name, model, expected.model);
  }
  const { optionalFields = [] } = expected;
  const found = { ...existing, fields: existing.fields.filter((field) => !optionalFields.includes(field)) };
  if (described(found).toSorted().join() !== described(expected).toSorted().join()) {
    refuse(
      'vectors.other-fields',
      `Collection ${existing.name}: found ${listOf(described(existing))}, expected ${listOf(described(expected))}. ` +
        'Name another collection.',
    );
  }
  checkPartitions(existing, expected);
  for (const [field, bytes] of Object.entries(expected.textBytes ?? {})) {
    const held = existing.textBytes?.[field];
    if (held === undefined || held >= bytes) continue;
    refuse(
      'vectors.other-fields',
      `Collection ${existing.name}: found a field ${field} that holds ${held} bytes, expected ${bytes}. Name another collection.`,
    );
  }
}

export function refuseOtherModel(collection: string, found: string, expected: string): never {
  refuse(
    'vectors.other-model',
    `Collection ${collection}: found vectors of the model ${found}, expected those of ${expected}. Vectors of two models cannot be ` +
      'compared: name another collection, which is filled beside this one by a run with --redo stale.',
  );
}

/** Texts by their names, other fields with their types. */
function described({ fields, valueFields = {} }: VectorCollection): string[] {
  return [...fields, ...Object.entries(valueFields).map(([field, type]) => `${field} (${type})`)];
}

function listOf(fields: readonly string[]): string {
  return fields.length === 0 ? 'no fields' : `the fields ${fields.join(', ')}`;
}

/** For rows and searches of a collection that does not exist. */
export function refuseUnknownCollection(name: string): never {
  refuse('vectors.unknown-collection', `There is no collection "${name}". Create it first, with ensureCollection.`);
}

/** The rows with those of their optional texts for which the collection has a field. */
export function rowsFor({ fields }: VectorCollection, rows: readonly VectorRow[]): readonly VectorRow[] {
  return rows.map((row) => {
    const optional = Object.entries(row.optional ?? {}).filter(([field]) => fields.includes(field));
    return optional.length === 0 ? row : { ...row, fields: { ...row.fields, ...Object.fromEntries(optional) } };
  });
}

/** Throws at the first row that cannot be stored. The message names the row and never quotes its numbers. */
export function checkRows(collection: VectorCollection, rows: readonly VectorRow[]): void {
  rows.forEach((row, index) => {
    const problem =
      problemOfTexts(row, collection) ??
      problemOfValues(row.values ?? {}, collection) ??
      problemOfVector(row.vector, collection.dimensions);
    if (problem !== null) refuseRow(collection, row.key, index, problem);
  });
}

/** Throws at the first change that cannot be stored. */
export function checkUpdates(collection: VectorCollection, updates: readonly RowUpdate[]): void {
  const { fields: names, valueFields = {} } = collection;
  updates.forEach(({ key, fields = {}, values = {} }, index) => {
    const changed = {
      ...collection,
      fields: names.filter((name) => Object.hasOwn(fields, name)),
      valueFields: Object.fromEntries(Object.entries(valueFields).filter(([name]) => Object.hasOwn(values, name))),
    };
    const problem = problemOfTexts({ key, fields }, changed) ?? problemOfValues(values, changed);
    if (problem !== null) refuseRow(collection, key, index, problem);
  });
}

function refuseRow({ name }: VectorCollection, key: string, index: number, problem: string): never {
  refuse('vectors.bad-row', `Row ${index} ("${key.slice(0, 64)}") for collection ${name} ${problem}.`);
}

function problemOfTexts(
  { key, fields }: Pick<VectorRow, 'key' | 'fields'>,
  { fields: expected, textBytes = {} }: VectorCollection,
): string | null {
  if (key === '') return 'has an empty key';
  for (const name of expected) {
    const text = fields[name];
    if (typeof text !== 'string') return `lacks the field ${name}`;
    if (text === '') return `has an empty field ${name}`;
  }
  for (const [name, limit] of Object.entries(textBytes)) {
    const bytes = Buffer.byteLength(name === 'key' ? key : (fields[name] ?? ''));
    if (bytes > limit) return `has ${bytes} bytes in ${name}, expected at most ${limit}`;
  }
  for (const name in fields) {
    if (!expected.includes(name)) return `has the field ${name}, which the collection does not have`;
  }
  return null;
}

function problemOfValues(
  values: Readonly<Record<string, unknown>>,
  { valueFields = {} }: VectorCollection,
): string | null {
  for (const [name, type] of Object.entries(valueFields)) {
    if (!Object.hasOwn(values, name)) return `lacks the field ${name}`;
    if (!isOfType(values[name], type)) return `has a value in ${name} that is no ${type}`;
  }
  for (const name in values) {
    if (!Object.hasOwn(valueFields, name)) return `has the field ${name}, which the collection does not have`;
  }
  return null;
}

export function checkQuery({ name, dimensions }: VectorCollection, vector: Float32Array): void {
  const problem = problemOfVector(vector, dimensions);
  if (problem) refuse('vectors.bad-query', `The query vector for collection ${name} ${problem}.`);
}

function problemOfVector(vector: Float32Array, dimensions: number): string | null {
  if (vector.length !== dimensions) {
    return `has ${vector.length} dimensions, expected ${dimensions}: use the model and dimensions of the collection`;
  }
  // Multiplying by 0 gives 0 for every finite number and NaN for the others. One sum is faster than testing each number.
  let sum = 0;
  for (let at = 0; at < vector.length; at += 1) sum += (vector[at] ?? 0) * 0;
  if (sum === 0) return null;
  return `has a number that is not finite at position ${vector.findIndex((value) => !Number.isFinite(value))}`;
}

function refuse(code: VectorsErrorCode, message: string): never {
  throw new ValidationError(code, message);
}

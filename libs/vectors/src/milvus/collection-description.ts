import { ValidationError } from '@batchmill/contracts';
import type { VectorCollection, VectorRow } from '../vectors.js';
import { fields, textFields, type TextField } from './collection-fields.js';

/** What Milvus says of a field; its numbers come as strings. */
export interface DescribedField {
  readonly name: string;
  readonly data_type: string;
  readonly is_primary_key: boolean;
  readonly autoID: boolean;
  readonly dim?: unknown;
  readonly max_length?: unknown;
}

/** A collection that rows can be written to, with how many bytes each text may take. */
export interface MilvusCollection extends VectorCollection {
  readonly maxBytes: Readonly<Record<TextField, number>>;
}

/** Reads a collection that exists. Throws a ValidationError `vectors.other-fields` unless it has our fields and no others. */
export function collectionOf(name: string, described: readonly DescribedField[]): MilvusCollection {
  const found = (field: keyof typeof fields) => described.find((each) => each.name === fields[field]);
  const [key, vector] = [found('key'), found('vector')];
  const isOurs =
    described.length === Object.keys(fields).length &&
    textFields.every((field) => found(field)?.data_type === 'VarChar') &&
    key?.is_primary_key === true &&
    !key.autoID &&
    vector?.data_type === 'FloatVector';
  if (!isOurs) refuseFields(name, described);
  const maxBytes = (field: TextField) => Number(found(field)?.max_length);
  return {
    name,
    dimensions: Number(vector.dim),
    maxBytes: { key: maxBytes('key'), chunkId: maxBytes('chunkId'), parentId: maxBytes('parentId') },
  };
}

/** Throws unless its index compares by cosine. */
export function checkMetric(name: string, metric: string): void {
  if (metric === 'COSINE') return;
  throw new ValidationError(
    'vectors.other-metric',
    `Collection ${name} compares by ${metric}; wanted COSINE. Name another collection.`,
  );
}

/** Throws at the first text that takes more bytes than its field has. Names the row, never its numbers. */
export function checkLengths({ name, maxBytes }: MilvusCollection, rows: readonly VectorRow[]): void {
  rows.forEach((row, index) => {
    const field = textFields.find((each) => Buffer.byteLength(row[each]) > maxBytes[each]);
    if (field === undefined) return;
    const found = `${field} has ${Buffer.byteLength(row[field])} bytes`;
    throw new ValidationError(
      'vectors.bad-row',
      `Row ${index} ("${row.key.slice(0, 64)}") for collection ${name}: its ${found}; at most ${maxBytes[field]} fit.`,
    );
  });
}

function refuseFields(name: string, described: readonly DescribedField[]): never {
  const found = described.map((field) => {
    const primary = field.is_primary_key ? ` primary${field.autoID ? ' made by Milvus' : ''}` : '';
    return `${field.name} ${field.data_type}${primary}`;
  });
  throw new ValidationError(
    'vectors.other-fields',
    `Collection ${name} has the fields ${found.join(', ')}; wanted ${fields.key} VarChar primary, ` +
      `${fields.chunkId} VarChar, ${fields.parentId} VarChar, ${fields.vector} FloatVector. Name another collection.`,
  );
}

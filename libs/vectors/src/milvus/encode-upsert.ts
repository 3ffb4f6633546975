import type { RowValue } from '../row-condition.js';
import type { RowValueType, VectorCollection, VectorRow } from '../vectors.js';
import {
  keyField as ownKeyField,
  vectorField as ownVectorField,
  type MilvusCollection,
} from './collection-description.js';
import { fieldBytes, packed, ProtobufMessage, varintBytes } from './protobuf-message.js';

/** Field numbers of `milvus.proto` and `schema.proto`: https://github.com/milvus-io/milvus-proto */
const upsert = { collectionName: 3, fieldsData: 5, numRows: 7 } as const;
const fieldData = { type: 1, fieldName: 2, scalars: 3, vectors: 4 } as const;
const scalarField = { stringData: 6 } as const;
const vectorArray = { dim: 1, floatVector: 2 } as const;
const array = { data: 1 } as const;
const dataType = { varChar: 21, floatVector: 101 } as const;
/** The type of a column of values, and the field of `ScalarField` that holds them. */
const valueColumns: Readonly<Record<RowValueType, { readonly type: number; readonly data: number }>> = {
  boolean: { type: 1, data: 1 },
  integer: { type: 5, data: 3 },
  number: { type: 11, data: 5 },
};

/**
 * Encodes an `UpsertRequest`, which holds the rows by columns. Each vector is copied once, as it lies in memory, so the
 * machine must be little-endian. Every vector must have the dimensions of the collection.
 */
export function encodeUpsert(
  {
    name,
    dimensions,
    fields,
    valueFields = {},
    keyField = ownKeyField,
    vectorField = ownVectorField,
  }: VectorCollection & Partial<MilvusCollection>,
  rows: readonly VectorRow[],
): Buffer {
  const texts = [
    textColumn(
      keyField,
      rows.map(({ key }) => key),
    ),
    ...fields.map((field) =>
      textColumn(
        field,
        rows.map((row) => row.fields[field] ?? ''),
      ),
    ),
  ];
  const values = Object.entries(valueFields).map(([field, type]) =>
    valueColumn(
      field,
      type,
      rows.map((row) => row.values?.[field] ?? 0),
    ),
  );
  const vectors = vectorColumn(vectorField, dimensions, rows.length);
  const size =
    fieldBytes(Buffer.byteLength(name)) +
    [...texts, ...values].reduce((sum, { column }) => sum + fieldBytes(column), fieldBytes(vectors.column)) +
    numberBytes(rows.length);
  const message = new ProtobufMessage(size);
  message.text(upsert.collectionName, name);
  for (const column of texts) writeTexts(message, column);
  for (const column of values) writeValues(message, column);
  writeVectors(message, vectors, rows);
  message.number(upsert.numRows, rows.length);
  return message.finish();
}

/** A column of texts, with the sizes in bytes of the nested messages that hold it, from the inside out. */
interface TextColumn {
  readonly name: string;
  readonly values: readonly string[];
  readonly texts: number;
  readonly scalars: number;
  readonly column: number;
}

function textColumn(name: string, values: readonly string[]): TextColumn {
  const texts = values.reduce((sum, value) => sum + fieldBytes(Buffer.byteLength(value)), 0);
  const scalars = fieldBytes(texts);
  return { name, values, texts, scalars, column: columnBytes(dataType.varChar, name, scalars) };
}

function writeTexts(message: ProtobufMessage, { name, values, texts, scalars, column }: TextColumn): void {
  message.header(upsert.fieldsData, column);
  message.number(fieldData.type, dataType.varChar);
  message.text(fieldData.fieldName, name);
  message.header(fieldData.scalars, scalars);
  message.header(scalarField.stringData, texts);
  for (const value of values) message.text(array.data, value);
}

/** A column of values, encoded, with the sizes in bytes of the nested messages that hold it, from the inside out. */
interface ValueColumn {
  readonly name: string;
  readonly type: RowValueType;
  readonly values: Buffer;
  readonly array: number;
  readonly scalars: number;
  readonly column: number;
}

function valueColumn(name: string, type: RowValueType, of: readonly RowValue[]): ValueColumn {
  const values = packed(of);
  const array = fieldBytes(values.length);
  const scalars = fieldBytes(array);
  return { name, type, values, array, scalars, column: columnBytes(valueColumns[type].type, name, scalars) };
}

function writeValues(
  message: ProtobufMessage,
  { name, type, values, array: bytes, scalars, column }: ValueColumn,
): void {
  message.header(upsert.fieldsData, column);
  message.number(fieldData.type, valueColumns[type].type);
  message.text(fieldData.fieldName, name);
  message.header(fieldData.scalars, scalars);
  message.header(valueColumns[type].data, bytes);
  message.header(array.data, values.length);
  message.encoded(values);
}

/** The column of vectors: the sizes in bytes of the nested messages that hold it, from the inside out. */
interface VectorColumn {
  readonly name: string;
  readonly dimensions: number;
  readonly floats: number;
  readonly floatArray: number;
  readonly vectors: number;
  readonly column: number;
}

function vectorColumn(name: string, dimensions: number, rows: number): VectorColumn {
  const floats = rows * dimensions * Float32Array.BYTES_PER_ELEMENT;
  const floatArray = fieldBytes(floats);
  const vectors = numberBytes(dimensions) + fieldBytes(floatArray);
  return { name, dimensions, floats, floatArray, vectors, column: columnBytes(dataType.floatVector, name, vectors) };
}

function writeVectors(
  message: ProtobufMessage,
  { name, dimensions, floats, floatArray, vectors, column }: VectorColumn,
  rows: readonly VectorRow[],
): void {
  message.header(upsert.fieldsData, column);
  message.number(fieldData.type, dataType.floatVector);
  message.text(fieldData.fieldName, name);
  message.header(fieldData.vectors, vectors);
  message.number(vectorArray.dim, dimensions);
  message.header(vectorArray.floatVector, floatArray);
  message.header(array.data, floats);
  for (const { vector } of rows) message.floats(vector);
}

function columnBytes(type: number, name: string, contentBytes: number): number {
  return numberBytes(type) + fieldBytes(Buffer.byteLength(name)) + fieldBytes(contentBytes);
}

function numberBytes(value: number): number {
  return 1 + varintBytes(value);
}

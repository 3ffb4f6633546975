import type { VectorCollection, VectorRow } from '../vectors.js';
import { fields, textFields, type TextField } from './collection-fields.js';
import { fieldBytes, ProtobufMessage, varintBytes } from './protobuf-message.js';

/** Field numbers of `milvus.proto` and `schema.proto`: https://github.com/milvus-io/milvus-proto */
const upsert = { collectionName: 3, fieldsData: 5, numRows: 7 } as const;
const fieldData = { type: 1, fieldName: 2, scalars: 3, vectors: 4 } as const;
const scalarField = { stringData: 6 } as const;
const vectorField = { dim: 1, floatVector: 2 } as const;
const array = { data: 1 } as const;
const dataType = { varChar: 21, floatVector: 101 } as const;

/**
 * An `UpsertRequest` with the rows by columns, as Milvus wants them. Each number is copied once, as it lies in memory,
 * so the machine must be little-endian. Every vector must have the dimensions of the collection.
 */
export function encodeUpsert({ name, dimensions }: VectorCollection, rows: readonly VectorRow[]): Buffer {
  const texts = textFields.map((field) => sizesOfTexts(field, rows));
  const vectors = sizesOfVectors(dimensions, rows.length);
  const size =
    fieldBytes(Buffer.byteLength(name)) +
    texts.reduce((sum, { column }) => sum + fieldBytes(column), fieldBytes(vectors.column)) +
    numberBytes(rows.length);
  const message = new ProtobufMessage(size);
  message.text(upsert.collectionName, name);
  for (const sizes of texts) writeTexts(message, sizes, rows);
  writeVectors(message, vectors, rows);
  message.number(upsert.numRows, rows.length);
  return message.finish();
}

interface SizesOfTexts {
  readonly field: TextField;
  readonly texts: number;
  readonly scalars: number;
  readonly column: number;
}

function sizesOfTexts(field: TextField, rows: readonly VectorRow[]): SizesOfTexts {
  const texts = rows.reduce((sum, row) => sum + fieldBytes(Buffer.byteLength(row[field])), 0);
  const scalars = fieldBytes(texts);
  return { field, texts, scalars, column: columnBytes(dataType.varChar, fields[field], scalars) };
}

function writeTexts(
  message: ProtobufMessage,
  { field, texts, scalars, column }: SizesOfTexts,
  rows: readonly VectorRow[],
): void {
  message.header(upsert.fieldsData, column);
  message.number(fieldData.type, dataType.varChar);
  message.text(fieldData.fieldName, fields[field]);
  message.header(fieldData.scalars, scalars);
  message.header(scalarField.stringData, texts);
  for (const row of rows) message.text(array.data, row[field]);
}

interface SizesOfVectors {
  readonly dimensions: number;
  readonly floats: number;
  readonly floatArray: number;
  readonly vectors: number;
  readonly column: number;
}

function sizesOfVectors(dimensions: number, rows: number): SizesOfVectors {
  const floats = rows * dimensions * Float32Array.BYTES_PER_ELEMENT;
  const floatArray = fieldBytes(floats);
  const vectors = numberBytes(dimensions) + fieldBytes(floatArray);
  return { dimensions, floats, floatArray, vectors, column: columnBytes(dataType.floatVector, fields.vector, vectors) };
}

function writeVectors(
  message: ProtobufMessage,
  { dimensions, floats, floatArray, vectors, column }: SizesOfVectors,
  rows: readonly VectorRow[],
): void {
  message.header(upsert.fieldsData, column);
  message.number(fieldData.type, dataType.floatVector);
  message.text(fieldData.fieldName, fields.vector);
  message.header(fieldData.vectors, vectors);
  message.number(vectorField.dim, dimensions);
  message.header(vectorField.floatVector, floatArray);
  message.header(array.data, floats);
  for (const { vector } of rows) message.floats(vector);
}

function columnBytes(type: number, name: string, contentBytes: number): number {
  return numberBytes(type) + fieldBytes(Buffer.byteLength(name)) + fieldBytes(contentBytes);
}

function numberBytes(value: number): number {
  return 1 + varintBytes(value);
}

import { DocumentFailure, documentError } from '@batchmill/contracts';
import { bsonType, dateIn, idText, readPath, type SourceDocument } from '@batchmill/documents';
import { describeValue } from '../check/describe-value.js';
import type { ScalarType } from '../definition/parameter-definitions.js';
import type { Pipeline, RowField, RowFieldValue, VectorTarget } from '../pipeline.js';

/** The fields of a vector's row: texts, and values of other types. */
export interface RowFieldValues {
  readonly fields: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Exclude<RowFieldValue, string>>>;
}

/** What a document has in the fields of its vector's row. Throws a DocumentFailure that names the first field that does not fit. */
export function rowFieldsOf(rowFields: readonly RowField[], document: SourceDocument): RowFieldValues {
  const fields: Record<string, string> = {};
  const values: Record<string, Exclude<RowFieldValue, string>> = {};
  for (const field of rowFields) {
    const value = valueOf(field, document);
    if (typeof value === 'string') fields[field.name] = value;
    else values[field.name] = value;
  }
  return { fields, values };
}

function valueOf({ name, type, path, maxBytes, default: fallback }: RowField, document: SourceDocument): RowFieldValue {
  const found = readPath(document, path);
  if (found === undefined || found === null || found === '') {
    if (fallback !== null) return fallback;
    const message =
      `The document has nothing in its field "${path}", which is stored with its vector as ${name}; ` +
      `give it a value, or set a default in embeddings.vectors.fields.${name}`;
    throw failure('document.row-field-missing', message);
  }
  const value = storedValue(type, found);
  const problem =
    value === null
      ? `found ${kindOf(found)}, expected ${expectedOf[type]}`
      : typeof value === 'string' && maxBytes !== null && Buffer.byteLength(value) > maxBytes
        ? `found a text of ${Buffer.byteLength(value)} bytes, expected at most ${maxBytes}`
        : null;
  if (value !== null && problem === null) return value;
  const where = `The field "${path}", which is stored with the vector as ${name}: ${problem ?? ''}`;
  throw failure('document.row-field-unfit', `${where}; correct it, or embeddings.vectors.fields.${name}`);
}

/** Throws a DocumentFailure when an id of the document is longer than its field in the vector's row holds. */
export function expectFittingIds(
  { source }: Pick<Pipeline, 'source'>,
  target: VectorTarget,
  document: SourceDocument,
): void {
  for (const key of ['chunkIdField', 'parentIdField'] as const) {
    const bytes = Buffer.byteLength(idText(readPath(document, source[key])));
    if (bytes <= target.idBytes) continue;
    const message =
      `The id in the field "${source[key]}" has ${bytes} bytes, of which its vector takes at most ${target.idBytes}; ` +
      `shorten it, or set source.${key} in the pipeline to another field`;
    throw failure('document.id-too-long', message);
  }
}

export const expectedOf: Readonly<Record<ScalarType, string>> = {
  string: 'a text, an ObjectId or a UUID',
  integer: 'a whole number of 64 bits',
  number: 'a finite number that a double holds',
  boolean: 'true or false',
  date: 'a date, or a text of ISO 8601',
};

/** The value as it is stored; null: it is none of the type. No number is rounded. */
export function storedValue(type: ScalarType, value: unknown): RowFieldValue | null {
  switch (type) {
    case 'string':
      return textOf(value);
    case 'integer':
      return integerOf(value);
    case 'number':
      return numberOf(value);
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return dateOf(value);
  }
}

/** A half of a surrogate pair has no bytes in UTF-8. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value !== '' && value.isWellFormed() ? value : null;
  const type = bsonType(value);
  if (type === 'ObjectId') return idText(value);
  const text = type === 'Binary' ? idText(value) : '';
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : null;
}

function integerOf(value: unknown): bigint | null {
  const digits = numberText(value);
  if (digits === null) return null;
  const integer =
    typeof value === 'number' ? wholeOf(value) : /^-?\d+$/.test(digits) ? BigInt(digits) : wholeOf(Number(digits));
  return integer !== null && BigInt.asIntN(64, integer) === integer ? integer : null;
}

function wholeOf(value: number): bigint | null {
  return Number.isInteger(value) ? BigInt(value) : null;
}

/** A decimal or an integer counts if a double has the same digits. Those of up to 15 digits do. */
function numberOf(value: unknown): number | null {
  const text = numberText(value);
  if (text === null) return null;
  const number = Number(text);
  if (!Number.isFinite(number)) return null;
  if (typeof value === 'number' || bsonType(value) === 'Double') return number;
  if (/^-?\d+$/.test(text)) return BigInt(number) === BigInt(text) ? number : null;
  const digits = text.replace(/e.*$/i, '').replaceAll(/[-+.]/g, '').replace(/^0+/, '');
  return digits.length <= 15 ? number : null;
}

const numberTypes: readonly unknown[] = ['Int32', 'Long', 'Double', 'Decimal128'];

/** The digits of a number of any type; null: it is none. */
function numberText(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return numberTypes.includes(bsonType(value)) ? idText(value) : null;
}

function dateOf(value: unknown): bigint | null {
  const date = typeof value === 'string' ? dateIn(value) : value;
  return date instanceof Date && !Number.isNaN(date.getTime()) ? BigInt(date.getTime()) : null;
}

/** For messages, which do not quote what documents hold. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return value.isWellFormed() ? 'a text' : 'a text with half a character';
  const type = bsonType(value);
  if (type !== undefined) return `a value of the type ${type}`;
  if (value instanceof Date) return 'an invalid date';
  return typeof value === 'object' ? describeValue(value) : `a ${typeof value}`;
}

function failure(
  code: 'document.row-field-missing' | 'document.row-field-unfit' | 'document.id-too-long',
  message: string,
): DocumentFailure {
  return new DocumentFailure(documentError('ValidationError', code, message));
}

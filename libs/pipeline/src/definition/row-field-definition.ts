import type { ScalarType } from './parameter-definitions.js';

interface RowFieldOptions {
  /**
   * `string`: a text, an ObjectId or a UUID. `integer`: of 64 bits. `number`: of double precision. `boolean`. `date`: a date, or a text
   * of ISO 8601; it is stored as milliseconds since 1970.
   */
  readonly type: ScalarType;
  /** The dotted path in the document. Default: the name of the field. */
  readonly path?: string;
  /** Of a `string`: how many bytes of UTF-8 it may have, up to 65,535. Default 1,024. */
  readonly maxBytes?: number;
  /** The value for documents that have none, or null, or an empty text. Without a default, such a document fails before it is sent. */
  readonly default?: string | number | bigint | boolean | Date;
}

/** A field of the document that is stored with its vector, so that searches can filter by it: a type, or a type with options. */
export type RowFieldDefinition = ScalarType | RowFieldOptions;

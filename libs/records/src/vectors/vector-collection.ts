import type { VectorTarget } from '@batchmill/pipeline';
import { maxKeyBytes } from './vector-key.js';
import type { RowValueType, VectorCollection } from '@batchmill/vectors';

const valueTypes = { integer: 'integer', number: 'number', boolean: 'boolean', date: 'integer' } as const;

/** A hash of 32 bytes, as base64url. */
const hashBytes = 43;

/** The collection into which a pipeline writes its vectors. One of an earlier version lacks the fields of their origin. */
export function vectorCollectionOf({
  collection,
  model,
  dimensions,
  idFields,
  idBytes,
  originFields,
  rowFields,
  partitionField,
}: VectorTarget): VectorCollection {
  const valueFields: Record<string, RowValueType> = {};
  const texts: Record<string, number> = Object.fromEntries(Object.values(idFields).map((name) => [name, idBytes]));
  for (const { name, type, maxBytes } of rowFields) {
    if (type === 'string') texts[name] = maxBytes ?? 0;
    else valueFields[name] = valueTypes[type];
  }
  return {
    name: collection,
    model,
    dimensions,
    fields: Object.keys(texts),
    optionalFields: Object.values(originFields),
    indexedField: originFields.textHash,
    ...(Object.keys(valueFields).length > 0 && { valueFields }),
    ...(partitionField !== null && { partitionField }),
    textBytes: {
      ...texts,
      key: maxKeyBytes,
      [originFields.textHash]: hashBytes,
      [originFields.model]: Buffer.byteLength(model),
    },
  };
}

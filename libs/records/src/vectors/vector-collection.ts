import type { VectorTarget } from '@batchmill/pipeline';
import type { RowValueType, VectorCollection } from '@batchmill/vectors';

const valueTypes = { integer: 'integer', number: 'number', boolean: 'boolean', date: 'integer' } as const;

/** The collection into which a pipeline writes its vectors. One of an earlier version lacks the fields of their origin. */
export function vectorCollectionOf({
  collection,
  model,
  dimensions,
  idFields,
  originFields,
  rowFields,
}: VectorTarget): VectorCollection {
  const valueFields: Record<string, RowValueType> = {};
  const textBytes: Record<string, number> = {};
  for (const { name, type, maxBytes } of rowFields) {
    if (type === 'string') textBytes[name] = maxBytes ?? 0;
    else valueFields[name] = valueTypes[type];
  }
  return {
    name: collection,
    model,
    dimensions,
    fields: [...Object.values(idFields), ...Object.keys(textBytes)],
    optionalFields: Object.values(originFields),
    ...(Object.keys(valueFields).length > 0 && { valueFields }),
    ...(Object.keys(textBytes).length > 0 && { textBytes }),
  };
}

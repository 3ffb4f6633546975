import type { VectorTarget } from '@batchmill/pipeline';

/** The collection into which a pipeline writes its vectors. One of an earlier version lacks the fields of their origin. */
export function vectorCollectionOf({ collection, dimensions, idFields, originFields }: VectorTarget): {
  readonly name: string;
  readonly dimensions: number;
  readonly fields: readonly string[];
  readonly optionalFields: readonly string[];
  readonly indexedField: string;
} {
  return {
    name: collection,
    dimensions,
    fields: Object.values(idFields),
    optionalFields: Object.values(originFields),
    indexedField: originFields.textHash,
  };
}

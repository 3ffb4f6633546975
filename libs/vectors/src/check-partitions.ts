import { ValidationError } from '@batchmill/contracts';
import type { VectorsErrorCode } from './error-codes.js';
import type { VectorCollection } from './vectors.js';

/** Throws unless every store can partition a collection by the field. */
export function checkPartitionField({
  name,
  fields,
  valueFields = {},
  partitionField,
}: Pick<VectorCollection, 'name' | 'fields' | 'valueFields'> & { readonly partitionField: string | undefined }): void {
  if (partitionField === undefined || fields.includes(partitionField)) return;
  if (Object.hasOwn(valueFields, partitionField) && valueFields[partitionField] === 'integer') return;
  refuse(
    'vectors.bad-field',
    `Collection ${name}: found partitions by ${partitionField}, expected them by a field of texts or integers.`,
  );
}

/** Throws unless the existing collection is partitioned by the expected field, or by none as expected. */
export function checkPartitions(existing: VectorCollection, expected: VectorCollection): void {
  if (existing.partitionField === expected.partitionField) return;
  refuse(
    'vectors.other-fields',
    `Collection ${existing.name}: found ${partitionsOf(existing)}, expected ${partitionsOf(expected)}. Name another collection.`,
  );
}

function partitionsOf({ partitionField }: VectorCollection): string {
  return partitionField === undefined ? 'no partitions' : `partitions by the field ${partitionField}`;
}

function refuse(code: VectorsErrorCode, message: string): never {
  throw new ValidationError(code, message);
}

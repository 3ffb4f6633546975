import type { RowField, VectorTarget } from '../pipeline.js';
import type { RunPlan } from './run-plan.js';

/**
 * The collections, fields and status values in which a run keeps its documents, marks and vectors, and of which model and dimensions these
 * are, by their keys in a definition. They must not change during a run, which would lose what it has written.
 */
export type StorageTargets = Readonly<Record<string, string>>;

export function storageTargetsOf({ pipeline: { source }, endpointPlan }: RunPlan): StorageTargets {
  const { field, pending, inProgress, completed, failed } = endpointPlan.status;
  return {
    'source.collection': source.collection,
    'source.chunkIdField': source.chunkIdField,
    'source.parentIdField': source.parentIdField,
    'status.field': field,
    'status.pending': pending,
    'status.inProgress': inProgress,
    'status.completed': completed,
    'status.failed': failed,
    processingInfoField: endpointPlan.infoField,
    ...(endpointPlan.vectors !== null && {
      'embeddings.vectors.collection': endpointPlan.vectors.collection,
      'embeddings.model': endpointPlan.vectors.model,
      'embeddings.dimensions': String(endpointPlan.vectors.dimensions),
      ...(endpointPlan.vectors.rowFields.length > 0 && {
        'embeddings.vectors.fields': rowFieldsText(endpointPlan.vectors.rowFields),
      }),
      ...idFieldsPart(endpointPlan.vectors),
      ...partitionPart(endpointPlan.vectors),
    }),
  };
}

/** Texts are equal where the fields are. */
export function rowFieldsText(rowFields: readonly RowField[]): string {
  return rowFields
    .map(({ name, type, path, maxBytes, default: fallback }) => {
      const parts = [`${name}: ${type} at ${path}`];
      if (maxBytes !== null) parts.push(`${maxBytes} bytes`);
      if (fallback !== null) parts.push(`else ${typeof fallback === 'string' ? JSON.stringify(fallback) : fallback}`);
      return parts.join(', ');
    })
    .toSorted()
    .join('; ');
}

/** Empty where they are the usual ones, so that plans of earlier versions have the same targets and hashes. */
export function idFieldsPart({ idFields: { chunkId, parentId } }: VectorTarget): StorageTargets {
  if (chunkId === 'block_mongo_id' && parentId === 'block_doc_id') return {};
  return { 'embeddings.vectors.idFields': `${chunkId}, ${parentId}` };
}

/** Empty where there are none, for the same reason. */
export function partitionPart({ partitionField }: VectorTarget): StorageTargets {
  return partitionField === null ? {} : { 'embeddings.vectors.partitionBy': partitionField };
}

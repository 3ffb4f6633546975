import type { RunPlan } from './run-plan.js';

/**
 * Where a run finds its documents, its marks on them and its vectors, by the names that a definition has for them. What
 * a run has begun it only finds again in the same places.
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
      'embeddings.dimensions': String(endpointPlan.vectors.dimensions),
    }),
  };
}

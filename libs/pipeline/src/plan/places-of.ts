import type { RunPlan } from './run-plan.js';

/**
 * Where a run finds its documents, its marks on them and its vectors, by the names that a definition has for them. What
 * a run has begun it only finds again in the same places.
 */
export type Places = Readonly<Record<string, string>>;

export function placesOf({ pipeline: { source }, side }: RunPlan): Places {
  const { field, pending, inProgress, completed, failed } = side.status;
  return {
    'source.collection': source.collection,
    'source.chunkIdField': source.chunkIdField,
    'source.parentIdField': source.parentIdField,
    'status.field': field,
    'status.pending': pending,
    'status.inProgress': inProgress,
    'status.completed': completed,
    'status.failed': failed,
    processingInfoField: side.infoField,
    ...(side.vectors !== null && {
      'embeddings.vectors.collection': side.vectors.collection,
      'embeddings.dimensions': String(side.vectors.dimensions),
    }),
  };
}

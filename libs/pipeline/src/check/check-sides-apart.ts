import type { Side } from '../pipeline.js';
import { pathsOverlap } from '../paths-overlap.js';
import type { Checking } from './checking.js';

/** Embeddings and inference may work on the same documents at once, so neither may touch the other's marks. */
export function checkSidesApart({ problems }: Checking, embeddings: Side | null, inference: Side | null): void {
  if (embeddings === null || inference === null) return;
  const marks = (side: Side): [string, string][] => [
    ['status.field', side.status.field],
    ['processingInfoField', side.infoField],
    ...(pathsOverlap(side.errorField, side.infoField) ? [] : [['errorField', side.errorField] as [string, string]]),
  ];
  for (const [key, field] of marks(inference)) {
    for (const [otherKey, other] of marks(embeddings)) {
      if (!pathsOverlap(field, other)) continue;
      problems.add(
        `inference.${key}`,
        `"${field}", which embeddings.${otherKey} uses ("${other}")`,
        'a field of its own',
      );
    }
  }
}

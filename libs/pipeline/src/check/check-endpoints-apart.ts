import { pathsOverlap } from '@batchmill/documents';
import type { EndpointPlan } from '../pipeline.js';
import type { Checking } from './checking.js';

/** Embeddings and inference may work on the same documents at once, so neither may touch the other's marks. */
export function checkEndpointsApart(
  { problems }: Checking,
  embeddings: EndpointPlan | null,
  inference: EndpointPlan | null,
): void {
  if (embeddings === null || inference === null) return;
  const marks = (endpointPlan: EndpointPlan): [string, string][] => [
    ['status.field', endpointPlan.status.field],
    ['processingInfoField', endpointPlan.infoField],
    ...(pathsOverlap(endpointPlan.errorField, endpointPlan.infoField)
      ? []
      : [['errorField', endpointPlan.errorField] as [string, string]]),
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

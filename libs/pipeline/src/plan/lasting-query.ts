import { isBatchmillError } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import { renderUpdateTemplate } from '../answers/claim-update.js';
import type { QueryFilter } from '../definition/mongo-operators.js';
import type { EndpointPlan } from '../pipeline.js';
import type { RunPlan } from './run-plan.js';

/**
 * The query, without its conditions on the status, where a document that does not match it does not belong to the pipeline. Null where that
 * cannot be told: it is a function of parameters, or asks for fields that runs write themselves, in their marks or by an update template.
 * What answers write is not known.
 */
export function lastingQueryOf(plan: RunPlan): QueryFilter | null {
  if (typeof plan.pipeline.source.queryTemplate === 'function' || queriesWrittenFields(plan)) return null;
  return plan.endedFilter;
}

function queriesWrittenFields(plan: RunPlan): boolean {
  const { embeddings, inference } = plan.pipeline;
  return [embeddings, inference].some(
    (endpointPlan) =>
      endpointPlan !== null &&
      pathsWritten(plan, endpointPlan).some((path) => path === null || mentionsPathOf(plan.endedFilter, path)),
  );
}

/** Null: a path that is not known. */
function pathsWritten(plan: RunPlan, endpointPlan: EndpointPlan): (string | null)[] {
  const { status, infoField, errorField } = endpointPlan;
  return [status.field, infoField, errorField, ...pathsOfUpdate(plan, endpointPlan)];
}

function pathsOfUpdate({ pipeline, parameters }: RunPlan, endpointPlan: EndpointPlan): (string | null)[] {
  try {
    const update = renderUpdateTemplate({ pipeline, endpointPlan, parameters }, { now: new Date(0), runId: 'run' });
    return Object.values(update).flatMap((fields) => Object.keys(fields));
  } catch (error) {
    if (!isBatchmillError(error)) throw error;
    return [null];
  }
}

/** True when a filter mentions the path, one within it, or one that it is within. */
function mentionsPathOf(filter: unknown, path: string): boolean {
  if (Array.isArray(filter)) return filter.some((part) => mentionsPathOf(part, path));
  if (!isPlainObject(filter)) return false;
  return Object.entries(filter).some(
    ([key, value]) =>
      key === path || key.startsWith(`${path}.`) || path.startsWith(`${key}.`) || mentionsPathOf(value, path),
  );
}

import { ValidationError } from '@batchmill/contracts';
import { chooseEndpointPlan } from './choose-endpoint-plan.js';
import { expandFunctions } from './expand-functions.js';
import { fillQuery } from './fill-query.js';
import { namesField } from './names-field.js';
import { readParameters } from './read-parameters.js';
import type { RequestedRun, RunPlan } from './run-plan.js';
import { tryUpdate } from './try-update.js';
import { withoutField } from './without-field.js';
import type { QueryFilter } from '../definition/query-filter.js';
import type { Pipeline, EndpointPlan } from '../pipeline.js';

/**
 * Decides a run of a pipeline. The same for the same arguments. Throws a ValidationError `run.…` that says what there is
 * to choose from.
 */
export function planRun(pipeline: Pipeline, asked: RequestedRun): RunPlan {
  const endpointPlan = chooseEndpointPlan(pipeline, asked);
  const parameters = readParameters(pipeline, asked.parameters ?? {});
  const planned = expandFunctions(pipeline, endpointPlan, parameters, asked.functions ?? []);
  const query = fillQuery(pipeline, parameters);
  tryUpdate(pipeline, endpointPlan, parameters);
  const redo = asked.redo ?? null;
  if (redo === null) expectPending(pipeline, endpointPlan, query);
  return {
    pipeline,
    endpoint: endpointPlan.endpoint,
    endpointPlan,
    functions: planned.map(({ name }) => name),
    parameters,
    filter: redo === null ? query : ofAnyStatus(pipeline, endpointPlan, query),
    redo,
    namesStatusField: namesField(query, endpointPlan.status.field),
    planned: new Map(planned.map((one) => [one.name, one])),
  };
}

/** What is taken is pending besides being what the query means: another status there would never find anything. */
function expectPending(pipeline: Pipeline, { endpoint, status }: EndpointPlan, query: QueryFilter): void {
  const wanted: unknown = query[status.field];
  if (typeof wanted !== 'string' || wanted === status.pending) return;
  throw new ValidationError(
    'run.query-finds-nothing',
    `Pipeline ${pipeline.name}: source.queryTemplate wants ${status.field} "${wanted}", and what is pending has ` +
      `"${status.pending}" there; leave it out of the query, or set ${endpoint}.status.pending to "${wanted}".`,
  );
}

/** The documents that a query means, whatever has become of them. */
function ofAnyStatus(pipeline: Pipeline, { status }: EndpointPlan, query: QueryFilter): QueryFilter {
  const filter = withoutField(query, status.field);
  if (filter !== null) return filter;
  throw new ValidationError(
    'run.redo-unclear',
    `Pipeline ${pipeline.name}: source.queryTemplate names the status field ${status.field} inside another condition, so that ` +
      'it cannot be told which documents are meant besides; to do documents again, say it by itself or in an $and.',
  );
}

import { ValidationError, isBatchmillError } from '@batchmill/contracts';
import { renderUpdateTemplate } from '../answers/claim-update.js';
import { chooseEndpointPlan } from './choose-endpoint-plan.js';
import { expandFunctions, selectFunctions } from './expand-functions.js';
import { fillQuery } from './fill-query.js';
import { mentionsField, withoutField } from './filter-fields.js';
import { readParameters } from './read-parameters.js';
import type { RequestedRun, RunPlan } from './run-plan.js';
import type { QueryFilter } from '../definition/mongo-operators.js';
import type { Pipeline, EndpointPlan } from '../pipeline.js';

/**
 * Plans a run of a pipeline. Equal arguments give equal plans. Throws a ValidationError `run.…` that lists what the pipeline
 * offers.
 */
export function planRun(pipeline: Pipeline, request: RequestedRun): RunPlan {
  const endpointPlan = chooseEndpointPlan(pipeline, request);
  const parameters = readParameters(pipeline, request.parameters ?? {});
  const all = expandFunctions(pipeline, endpointPlan, parameters);
  const planned = selectFunctions(pipeline, endpointPlan, all, request.functions ?? []);
  const query = fillQuery(pipeline, parameters);
  checkClaimUpdate(pipeline, endpointPlan, parameters);
  const redo = request.redo ?? (endpointPlan.vectors?.isWatched === true ? 'stale' : null);
  if (redo === 'stale' && endpointPlan.vectors === null) {
    throw new ValidationError(
      'run.redo-without-vectors',
      `Pipeline ${pipeline.name}, ${endpointPlan.endpoint}: found the redo of stale documents, which are those whose vector is of ` +
        'another text, and the endpoint makes no vectors. Redo failed documents, or all.',
    );
  }
  if (redo === null) checkQueriedStatus(pipeline, endpointPlan, query);
  return {
    pipeline,
    endpoint: endpointPlan.endpoint,
    endpointPlan,
    functions: planned.map(({ name }) => name),
    others: all.filter((one) => !planned.includes(one)).map(({ name }) => name),
    parameters,
    filter: redo === null ? query : withoutStatus(pipeline, endpointPlan, query),
    endedFilter: withoutField(query, endpointPlan.status.field),
    redo,
    namesStatusField: mentionsField(query, endpointPlan.status.field),
    planned: new Map(planned.map((one) => [one.name, one])),
  };
}

/** A run takes only pending documents, so a query for another status would never find any. */
function checkQueriedStatus(pipeline: Pipeline, { endpoint, status }: EndpointPlan, query: QueryFilter): void {
  const queriedStatus: unknown = query[status.field];
  if (typeof queriedStatus !== 'string' || queriedStatus === status.pending) return;
  throw new ValidationError(
    'run.query-finds-nothing',
    `Pipeline ${pipeline.name}: source.queryTemplate requires ${status.field} "${queriedStatus}", but pending documents have ` +
      `"${status.pending}". Leave the field out of the query, or set ${endpoint}.status.pending to "${queriedStatus}".`,
  );
}

/** The filter of a query without its conditions on the status. */
function withoutStatus(pipeline: Pipeline, { status }: EndpointPlan, query: QueryFilter): QueryFilter {
  const filter = withoutField(query, status.field);
  if (filter !== null) return filter;
  throw new ValidationError(
    'run.redo-ambiguous',
    `Pipeline ${pipeline.name}: source.queryTemplate names the status field ${status.field} inside another condition, from ` +
      'which it cannot be removed. To redo documents, put the condition on the status at the top of the query or in an $and.',
  );
}

/** Throws a ValidationError when the update template fails with these parameters, before any document is claimed. */
function checkClaimUpdate(pipeline: Pipeline, endpointPlan: EndpointPlan, parameters: RunPlan['parameters']): void {
  try {
    renderUpdateTemplate({ pipeline, endpointPlan, parameters }, { now: new Date(0), runId: 'run' });
  } catch (error) {
    if (!isBatchmillError(error)) throw error;
    throw new ValidationError(error.code, error.message, { cause: error });
  }
}

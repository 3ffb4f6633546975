import { ValidationError } from '@batchmill/contracts';
import { endpointPlansOf, type Pipeline, type EndpointPlan } from '../pipeline.js';
import { findFunction } from './expand-functions.js';
import type { RequestedRun } from './run-plan.js';

/** The requested endpoint, else the only one, the only one with the requested functions, or the pipeline's default. */
export function chooseEndpointPlan(pipeline: Pipeline, request: RequestedRun): EndpointPlan {
  const offered = endpointPlansOf(pipeline);
  const names = offered.map((endpointPlan) => endpointPlan.endpoint).join(' and ');
  if (request.endpoint !== undefined) {
    const endpointPlan = offered.find((plan) => plan.endpoint === request.endpoint);
    if (endpointPlan !== undefined) return endpointPlan;
    throw new ValidationError(
      'run.unknown-endpoint',
      `Pipeline ${pipeline.name}: found endpoint "${request.endpoint}", which it does not offer; it offers ${names}.`,
    );
  }
  const functions = request.functions ?? [];
  const withFunctions = offered.filter((endpointPlan) =>
    functions.every((name) => findFunction(endpointPlan, name) !== undefined),
  );
  const only =
    offered.length === 1
      ? offered[0]
      : functions.length > 0 && withFunctions.length === 1
        ? withFunctions[0]
        : undefined;
  const chosen = only ?? offered.find((endpointPlan) => endpointPlan.endpoint === pipeline.defaultEndpoint);
  if (chosen !== undefined) return chosen;
  throw new ValidationError(
    'run.endpoint-needed',
    `Pipeline ${pipeline.name} offers ${names}: choose the endpoint to run.`,
  );
}

import { ValidationError } from '@batchmill/contracts';
import type { Pipeline, EndpointPlan } from '../pipeline.js';
import { functionNamed } from './function-named.js';
import type { RequestedRun } from './run-plan.js';

/** The endpoint asked for; else the only one, the one that has the functions asked for, or the pipeline's default. */
export function chooseEndpointPlan(pipeline: Pipeline, asked: RequestedRun): EndpointPlan {
  const sides = [pipeline.embeddings, pipeline.inference].filter((endpointPlan) => endpointPlan !== null);
  const names = sides.map((endpointPlan) => endpointPlan.endpoint).join(' and ');
  if (asked.endpoint !== undefined) {
    const endpointPlan = sides.find((one) => one.endpoint === asked.endpoint);
    if (endpointPlan !== undefined) return endpointPlan;
    throw new ValidationError(
      'run.unknown-endpoint',
      `Pipeline ${pipeline.name}: found endpoint "${asked.endpoint}", which it does not offer; it offers ${names}.`,
    );
  }
  const functions = asked.functions ?? [];
  const offering = sides.filter((endpointPlan) =>
    functions.every((name) => functionNamed(endpointPlan, name) !== undefined),
  );
  const only = sides.length === 1 ? sides[0] : functions.length > 0 && offering.length === 1 ? offering[0] : undefined;
  const chosen = only ?? sides.find((endpointPlan) => endpointPlan.endpoint === pipeline.defaultEndpoint);
  if (chosen !== undefined) return chosen;
  throw new ValidationError(
    'run.endpoint-needed',
    `Pipeline ${pipeline.name} offers ${names}: say which endpoint to run.`,
  );
}

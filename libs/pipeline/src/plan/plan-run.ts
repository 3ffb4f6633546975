import { chooseSide } from './choose-side.js';
import { expandFunctions } from './expand-functions.js';
import { fillQuery } from './fill-query.js';
import { namesField } from './names-field.js';
import { readParameters } from './read-parameters.js';
import type { AskedRun, RunPlan } from './run-plan.js';
import { tryUpdate } from './try-update.js';
import type { Pipeline } from '../pipeline.js';

/**
 * Decides a run of a pipeline. The same for the same arguments. Throws a ValidationError `run.…` that says what there is
 * to choose from.
 */
export function planRun(pipeline: Pipeline, asked: AskedRun): RunPlan {
  const side = chooseSide(pipeline, asked);
  const parameters = readParameters(pipeline, asked.parameters ?? {});
  const planned = expandFunctions(pipeline, side, parameters, asked.functions ?? []);
  const filter = fillQuery(pipeline, parameters);
  tryUpdate(pipeline, side, parameters);
  return {
    pipeline,
    endpoint: side.endpoint,
    side,
    functions: planned.map(({ name }) => name),
    parameters,
    filter,
    namesStatusField: namesField(filter, side.status.field),
    planned: new Map(planned.map((one) => [one.name, one])),
  };
}

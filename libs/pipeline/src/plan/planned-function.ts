import { ProcessingError } from '@batchmill/contracts';
import type { PlannedFunction, RunPlan } from './run-plan.js';

/** Throws a ProcessingError `run.function-not-planned`: a file of another run, or a pipeline that was changed meanwhile. */
export function plannedFunction(plan: RunPlan, name: string): PlannedFunction {
  const planned = plan.planned.get(name);
  if (planned !== undefined) return planned;
  throw new ProcessingError(
    'run.function-not-planned',
    `Pipeline ${plan.pipeline.name}, ${plan.endpoint}: found a request of function "${name}", wanted one of ${plan.functions.join(', ')}. ` +
      'Was the pipeline changed while the run went on?',
  );
}

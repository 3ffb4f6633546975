import { planRun, type Pipelines, type RunPlan } from '@batchmill/pipeline';
import type { Run } from './runs.js';

/** The plan that the run was accepted with: the same request on the same definition gives the same plan. */
export function planOfRun(pipelines: Pipelines, run: Run): RunPlan {
  return planRun(pipelines.get(run.pipeline ?? ''), {
    endpoint: run.endpoint ?? undefined,
    functions: run.request?.functions,
    parameters: run.parameters,
  });
}

import { ProcessingError } from '@batchmill/contracts';
import { storageTargetsOf, planRun, type Pipelines, type StorageTargets, type RunPlan } from '@batchmill/pipeline';
import type { Run } from './runs.js';

/**
 * The plan that the run was accepted with: the same request on the same definition gives the same plan. Throws a
 * ProcessingError `run.pipeline-changed` when the definition by now says other places than those the run works in: its
 * prompts may be mended under way, but its documents and answers would not be found.
 */
export function planOfRun(pipelines: Pipelines, run: Run): RunPlan {
  const plan = planRun(pipelines.get(run.pipeline ?? ''), {
    endpoint: run.endpoint ?? undefined,
    functions: run.request?.functions,
    parameters: run.parameters,
    redo: run.request?.redo,
  });
  if (run.storageTargets != null) expectSamePlaces(run, run.storageTargets, storageTargetsOf(plan));
  return plan;
}

function expectSamePlaces(run: Run, began: StorageTargets, now: StorageTargets): void {
  const moved = Object.keys({ ...began, ...now }).filter((name) => began[name] !== now[name]);
  if (moved.length === 0) return;
  const told = moved.map((name) => `${name} was ${shown(began[name])} and is ${shown(now[name])}`).join('; ');
  throw new ProcessingError(
    'run.pipeline-changed',
    `Run ${run._id}: pipeline ${run.pipeline ?? ''} was changed since the run began: ${told}. Put the definition back, then retry what is stuck.`,
  );
}

function shown(value: string | undefined): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}

import { ProcessingError } from '@batchmill/contracts';
import { storageTargetsOf, planRun, type Pipelines, type StorageTargets, type RunPlan } from '@batchmill/pipeline';
import type { Run } from './runs.js';

/**
 * The plan of a run that was accepted, made again from the current definition. Prompts may have changed since. Throws a
 * ProcessingError `run.pipeline-changed` when collections or fields have changed: the run's documents and answers
 * would not be found there.
 */
export function planOfRun(pipelines: Pipelines, run: Run): RunPlan {
  const plan = planRun(pipelines.get(run.pipeline ?? ''), {
    endpoint: run.endpoint ?? undefined,
    functions: run.request?.functions,
    parameters: run.parameters,
    redo: run.request?.redo,
  });
  if (run.storageTargets != null) expectSameTargets(run, run.storageTargets, storageTargetsOf(plan));
  return plan;
}

/** Runs of earlier versions have not noted these. */
const notedLater: readonly string[] = ['embeddings.model'];

function expectSameTargets(run: Run, before: StorageTargets, now: StorageTargets): void {
  const changed = Object.keys({ ...before, ...now }).filter(
    (name) => before[name] !== now[name] && !(before[name] === undefined && notedLater.includes(name)),
  );
  if (changed.length === 0) return;
  const changes = changed.map((name) => `${name} was ${shown(before[name])} and is ${shown(now[name])}`).join('; ');
  throw new ProcessingError(
    'run.pipeline-changed',
    `Run ${run._id}: pipeline ${run.pipeline ?? ''} was changed since the run started: ${changes}. Restore the definition, then retry the parked records.`,
  );
}

function shown(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}

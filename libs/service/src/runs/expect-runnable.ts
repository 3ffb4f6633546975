import type { RunRequested } from '@batchmill/contracts';
import { planRun } from '@batchmill/pipeline';
import type { Engine } from '../engine.js';
import { knownRun } from './request-run.js';

/** Rejects with the ValidationError that a stage would reject the run with, before any stage is at work. */
export async function expectRunnable(engine: Engine, request: RunRequested): Promise<void> {
  const known = await knownRun(engine, request);
  // A run that was begun is judged by its stage, which knows what it was begun with.
  if (known !== null && known.request !== null) return;
  const { pipeline, endpoint, functions, parameters, redo } = request;
  planRun(engine.pipelines.get(pipeline), { endpoint, functions, parameters, redo });
}

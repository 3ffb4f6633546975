import type { RunRequested } from '@batchmill/contracts';
import { planRun } from '@batchmill/pipeline';
import type { Line } from '../line.js';
import { knownRun } from './ask-for-run.js';

/** Rejects with the ValidationError that a stage would reject the run with, before any stage is at work. */
export async function expectRunnable(line: Line, request: RunRequested): Promise<void> {
  const known = await knownRun(line, request);
  // A run that was begun is judged by its stage, which knows what it was begun with.
  if (known !== null && known.request !== null) return;
  const { pipeline, endpoint, functions, parameters, redo } = request;
  planRun(line.pipelines.get(pipeline), { endpoint, functions, parameters, redo });
}

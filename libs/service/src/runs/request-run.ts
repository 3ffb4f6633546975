import type { RunRequested } from '@batchmill/contracts';
import type { Run } from '@batchmill/records';
import type { Engine } from '../engine.js';
import { expectRunId } from './expect-run-id.js';
import { expectSameRun } from './expect-same-run.js';
import { publishEvent } from './publish-event.js';

/**
 * Says the request. For the id of a run that there is it goes on with that run, and rejects with a ValidationError when
 * that run is to do something else.
 */
export async function requestRun(engine: Engine, request: RunRequested): Promise<void> {
  await knownRun(engine, request);
  await publishEvent(engine, request);
}

/** The run that a request goes on with; null when it begins one. Rejects as `askForRun` does. */
export async function knownRun({ runs }: Engine, request: RunRequested): Promise<Run | null> {
  if (request.runId === undefined) return null;
  expectRunId(request.runId);
  const known = await runs.get(request.runId);
  if (known !== null) expectSameRun(known, request);
  return known;
}

import { ValidationError, runIdPattern, type RunRequested } from '@batchmill/contracts';
import type { Line } from '../line.js';
import { expectSameRun } from './expect-same-run.js';
import { publishEvent } from './publish-event.js';

/**
 * Says the request. For the id of a run that there is it goes on with that run, and rejects with a ValidationError when
 * that run is to do something else.
 */
export async function askForRun(line: Line, request: RunRequested): Promise<void> {
  expectRunId(request.runId);
  const known = request.runId === undefined ? null : await line.runs.get(request.runId);
  if (known !== null) expectSameRun(known, request);
  await publishEvent(line, request);
}

function expectRunId(id: string | undefined): void {
  if (id === undefined || runIdPattern.test(id)) return;
  throw new ValidationError('run.bad-id', `run id: found ${JSON.stringify(id)}, wanted ${String(runIdPattern)}`);
}

import { ValidationError } from '@batchmill/contracts';
import { type RunRequested } from '@batchmill/contracts/events';
import type { Run } from './runs.js';

/**
 * Throws when a request names a run that was requested differently. Fields that the request leaves out are not compared:
 * the id and the pipeline are enough to continue a run.
 */
export function checkSameRun(run: Run, request: RunRequested): void {
  const { request: first, state, reason } = run;
  if (first === null && state === 'rejected') {
    throw new ValidationError(
      'run.other-request',
      `run ${run._id} was rejected, because its request could not be used: ${reason ?? 'no reason'}. Use another run id`,
    );
  }
  if (first === null) return;
  const differences = [
    difference('pipeline', request.pipeline, [first.pipeline]),
    difference('endpoint', request.endpoint, [first.endpoint, run.endpoint]),
    difference('functions', request.functions, [first.functions, run.functions]),
    ...Object.entries(request.parameters ?? {}).map(([name, value]) =>
      difference(`parameter ${name}`, value, [first.parameters?.[name], run.parameters[name]]),
    ),
    difference('documents', request.documents, [first.documents]),
    difference('limit', request.limit, [first.limit]),
    difference('redo', request.redo, [first.redo]),
    difference('deadline', request.deadline, [first.deadline]),
    difference('labels', request.labels, [first.labels]),
  ].filter((each) => each !== null);
  if (differences.length === 0) return;
  throw new ValidationError(
    'run.other-request',
    `run ${run._id} was requested differently: ${differences.join('; ')}. Repeat the first request, or use another run id`,
  );
}

/** `accepted`: the value that was requested first, and the one that the run took. */
function difference(field: string, value: unknown, accepted: readonly unknown[]): string | null {
  if (value === undefined || accepted.some((each) => textOf(each) === textOf(value))) return null;
  return `${field}: found ${shortened(value)}, expected ${shortened(accepted.find((each) => each !== undefined && each !== null))}`;
}

/** A number and its digits are the same, because a command line has digits only. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value.map(textOf).sort());
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

const maxLength = 60;

function shortened(value: unknown): string {
  if (value === undefined) return 'none';
  const text = Array.isArray(value) ? value.map(textOf).join(', ') : textOf(value);
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}…`;
}

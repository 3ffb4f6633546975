import { ValidationError, type RunRequested } from '@batchmill/contracts';
import type { Run } from '@batchmill/records';

/**
 * Throws when a request names a run that was asked for otherwise. What the request leaves out is not compared: going on
 * with a run takes its id and its pipeline.
 */
export function expectSameRun(run: Run, asked: RunRequested): void {
  const { request } = run;
  if (request === null) return;
  const differences = [
    difference('pipeline', asked.pipeline, [request.pipeline]),
    difference('endpoint', asked.endpoint, [request.endpoint, run.endpoint]),
    difference('functions', asked.functions, [request.functions, run.functions]),
    ...Object.entries(asked.parameters ?? {}).map(([name, value]) =>
      difference(`parameter ${name}`, value, [request.parameters?.[name], run.parameters[name]]),
    ),
    difference('documents', asked.documents, [request.documents]),
    difference('limit', asked.limit, [request.limit]),
    difference('redo', asked.redo, [request.redo]),
  ].filter((found) => found !== null);
  if (differences.length === 0) return;
  throw new ValidationError(
    'run.other-request',
    `run ${run._id} was asked for otherwise: ${differences.join('; ')}. Ask for the same, or name another run`,
  );
}

function difference(what: string, asked: unknown, known: readonly unknown[]): string | null {
  if (asked === undefined || known.some((value) => textOf(value) === textOf(asked))) return null;
  return `${what}: found ${shortened(asked)}, wanted ${shortened(known.find((value) => value !== undefined && value !== null))}`;
}

/** Numbers and their digits are the same: a command line has digits only. */
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

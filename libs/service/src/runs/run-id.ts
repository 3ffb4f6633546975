import { ValidationError, runIdPattern, type Clock, type Ids } from '@batchmill/contracts';

/** `runIdPattern` in words. */
export const runIdFormat =
  'expected at most 100 letters, digits, dots, dashes and underscores, a letter or digit first';

/** Throws a ValidationError when the text cannot be a run id. */
export function checkRunId(id: string): void {
  if (runIdPattern.test(id)) return;
  throw new ValidationError('run.bad-id', `run id: found ${JSON.stringify(id)}, ${runIdFormat}`);
}

/** An id for a run without one: the time of the request in UTC, and a random part. `20260102-150405-3f9c2a1b` */
export function newRunId(clock: Clock, ids: Ids): string {
  const at = clock.now().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${at}-${ids.next().replaceAll('-', '').slice(0, 8)}`;
}

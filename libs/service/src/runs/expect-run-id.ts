import { ValidationError, runIdPattern } from '@batchmill/contracts';

/** `runIdPattern` in words. */
export const runIdWanted = 'wanted at most 100 letters, digits, dots, dashes and underscores, a letter or digit first';

/** Throws a ValidationError when an id cannot name a run. */
export function expectRunId(id: string): void {
  if (runIdPattern.test(id)) return;
  throw new ValidationError('run.bad-id', `run id: found ${JSON.stringify(id)}, ${runIdWanted}`);
}

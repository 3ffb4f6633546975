import { ValidationError, isBatchmillError } from '@batchmill/contracts';
import { claimUpdate } from '../answers/claim-update.js';
import type { Pipeline, Side } from '../pipeline.js';
import type { RunPlan } from './run-plan.js';

/** Throws a ValidationError when the update template cannot be used with these parameters: no document is taken then. */
export function tryUpdate(pipeline: Pipeline, side: Side, parameters: RunPlan['parameters']): void {
  try {
    claimUpdate({ pipeline, side, parameters }, { now: new Date(0), runId: 'run' });
  } catch (error) {
    if (!isBatchmillError(error)) throw error;
    throw new ValidationError(error.code, error.message, { cause: error });
  }
}

import { ValidationError, isBatchmillError } from '@batchmill/contracts';
import { claimUpdate } from '../answers/claim-update.js';
import type { Pipeline, EndpointPlan } from '../pipeline.js';
import type { RunPlan } from './run-plan.js';

/** Throws a ValidationError when the update template cannot be used with these parameters: no document is taken then. */
export function tryUpdate(pipeline: Pipeline, endpointPlan: EndpointPlan, parameters: RunPlan['parameters']): void {
  try {
    claimUpdate({ pipeline, endpointPlan, parameters }, { now: new Date(0), runId: 'run' });
  } catch (error) {
    if (!isBatchmillError(error)) throw error;
    throw new ValidationError(error.code, error.message, { cause: error });
  }
}

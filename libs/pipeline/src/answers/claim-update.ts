import { ProcessingError } from '@batchmill/contracts';
import type { UpdateOperators } from '../definition/update-operators.js';
import { isPlainObject } from '../is-plain-object.js';
import type { RunPlan } from '../plan/run-plan.js';
import { templateError } from '../templates/template-error.js';
import type { AnswerMoment } from './response-update.js';

/**
 * What the user's update template writes when documents are taken, besides our marks; empty when there is none. The same
 * for all documents: its variables are `current_date`, `run_id` and the run's parameters.
 */
export function claimUpdate(plan: RunPlan, at: AnswerMoment): UpdateOperators {
  const { updateTemplate, endpoint } = plan.side;
  if (updateTemplate === null) return {};
  const where = `Pipeline ${plan.pipeline.name}, ${endpoint}.updateTemplate`;
  try {
    const rendered = updateTemplate.render({ ...plan.parameters, current_date: at.now, run_id: at.runId });
    return isPlainObject(rendered) ? (rendered as UpdateOperators) : {}; // its source was checked to be an update
  } catch (error) {
    const { code, message } = templateError(where, error);
    throw new ProcessingError(code, message, { cause: error });
  }
}

import { ProcessingError } from '@batchmill/contracts';
import { templateError } from '@batchmill/templates';
import type { UpdateOperators } from '../definition/mongo-operators.js';
import type { RunPlan } from '../plan/run-plan.js';
import { UnusableUpdate, checkRenderedUpdate } from './check-rendered-update.js';
import type { TemplateContext } from './response-update.js';

/**
 * The user's part of the update that claims documents, from the update template; empty without one. It is the same for all
 * documents: its variables are `current_date`, `run_id` and the run's parameters. Throws a ProcessingError when the template fails, which
 * planning the run has already ruled out.
 */
export function renderUpdateTemplate(
  plan: Pick<RunPlan, 'pipeline' | 'endpointPlan' | 'parameters'>,
  at: TemplateContext,
): UpdateOperators {
  const { endpointPlan, parameters, pipeline } = plan;
  if (endpointPlan.updateTemplate === null) return {};
  const where = `Pipeline ${pipeline.name}, ${endpointPlan.endpoint}.updateTemplate`;
  const variables = { ...parameters, current_date: at.now, run_id: at.runId };
  try {
    const rendered = endpointPlan.updateTemplate.render(variables);
    return checkRenderedUpdate(endpointPlan, endpointPlan.status.inProgress, rendered);
  } catch (error) {
    if (error instanceof UnusableUpdate) {
      throw new ProcessingError('run.update-failed', `${where}: ${error.message}`, { cause: error });
    }
    if (typeof endpointPlan.updateTemplate.source === 'function') {
      const reason = error instanceof Error ? error.message : String(error); // it cannot quote a document, since the function saw none
      throw new ProcessingError('run.update-failed', `${where} threw: ${reason}`, { cause: error });
    }
    const { code, message } = templateError(where, error, { variables, fieldMap: null });
    throw new ProcessingError(code, message, { cause: error });
  }
}

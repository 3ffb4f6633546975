import type { SourceDocument } from '../definition/source-document.js';
import type { UpdateOperators } from '../definition/update-operators.js';
import { DocumentFailure, documentError, type DocumentError } from '../document-error.js';
import { isPlainObject } from '../is-plain-object.js';
import type { PromptFunction } from '../pipeline.js';
import { plannedFunction } from '../plan/planned-function.js';
import type { PlannedFunction, RunPlan } from '../plan/run-plan.js';
import { documentVariables, functionVariables } from '../requests/template-variables.js';
import type { Answer } from '../results/classified.js';
import { templateError } from '../templates/template-error.js';
import { checkRenderedUpdate } from './check-rendered-update.js';
import { processAnswer } from './process-answer.js';

export interface AnswerMoment {
  readonly now: Date;
  readonly runId: string;
}

/**
 * What an answer writes into its document, besides our marks. An embedding writes nothing. The update's status is left
 * out: it changes with the last answer. Never writes `_id`.
 */
export async function responseUpdate(
  plan: RunPlan,
  functionName: string,
  answer: Answer,
  document: SourceDocument,
  at: AnswerMoment,
): Promise<{ readonly update: UpdateOperators } | { readonly error: DocumentError }> {
  const planned = plannedFunction(plan, functionName);
  if (planned.asks.kind === 'embedding' || answer.kind === 'vector') return { update: {} };
  try {
    const processed = await processAnswer(planned.asks, answer, document, plan.pipeline.batch.codeTimeoutMs);
    const variables = {
      ...functionVariables(await documentVariables(plan, document), planned),
      ...processed.variables,
      response_content: processed.content,
      current_date: at.now,
      run_id: at.runId,
      function: planned.name,
      model: planned.asks.model,
    };
    return { update: checkRenderedUpdate(plan, planned, render(planned, planned.asks, variables)) };
  } catch (error) {
    if (error instanceof DocumentFailure) return { error: error.error };
    throw error;
  }
}

function render(
  planned: PlannedFunction,
  asks: PromptFunction,
  variables: Readonly<Record<string, unknown>>,
): UpdateOperators {
  const rendered = guarded(planned, () => asks.responseTemplate.render(variables));
  if (isPlainObject(rendered)) return rendered as UpdateOperators; // its source was checked to be one
  throw new DocumentFailure(
    documentError('TemplateError', 'template.failed', `Function ${planned.name}: the response template is no update`),
  );
}

function guarded<T>(planned: PlannedFunction, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new DocumentFailure(templateError(`Function ${planned.name}, response template`, error), { cause: error });
  }
}

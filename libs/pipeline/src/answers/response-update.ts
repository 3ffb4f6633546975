import { DocumentFailure, documentError, type DocumentError } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { Answer, Answered } from '@batchmill/provider';
import { templateError } from '@batchmill/templates';
import { callUserCode } from '../user-code/call-user-code.js';
import { plainCopy } from '../user-code/plain-copy.js';
import type { AnswerVariables } from '../definition/template-functions.js';
import type { UpdateOperators } from '../definition/mongo-operators.js';
import type { PromptFunction } from '../pipeline.js';
import { getPlannedFunction, type PlannedFunction, type RunPlan } from '../plan/run-plan.js';
import { documentVariables, functionVariables } from '../requests/template-variables.js';
import { UnusableUpdate, checkRenderedUpdate } from './check-rendered-update.js';
import { checkStorable } from './check-storable.js';
import { processAnswer } from './process-answer.js';

export interface TemplateContext {
  readonly now: Date;
  readonly runId: string;
}

/** An answer to a prompt with its function and document. */
interface PromptAnswer {
  readonly plan: RunPlan;
  readonly planned: PlannedFunction;
  readonly definition: PromptFunction;
  readonly answer: Extract<Answer, { kind: 'text' }>;
  readonly usage: Answered['usage'];
  readonly document: SourceDocument;
}

/**
 * The update that writes an answer into its document, besides the marks; empty for an embedding. It never contains `_id` or the
 * status, which changes with the last answer.
 */
export async function responseUpdate(
  plan: RunPlan,
  functionName: string,
  { answer, usage }: Answered,
  document: SourceDocument,
  at: TemplateContext,
): Promise<{ readonly update: UpdateOperators } | { readonly error: DocumentError }> {
  const planned = getPlannedFunction(plan, functionName);
  const { definition } = planned;
  if (definition.kind === 'embedding' || answer.kind === 'vector') return { update: {} };
  const promptAnswer: PromptAnswer = { plan, planned, definition, answer, usage, document };
  try {
    const update = checkUpdate(promptAnswer, await render(promptAnswer, await answerVariables(promptAnswer, at)));
    checkStorable(planned, update);
    return { update };
  } catch (error) {
    if (error instanceof DocumentFailure) return { error: error.error };
    throw error;
  }
}

async function answerVariables(
  { plan, planned, definition, answer, usage: { inputTokens, outputTokens }, document }: PromptAnswer,
  at: TemplateContext,
): Promise<AnswerVariables> {
  const processed = await processAnswer(definition, answer, document, plan.pipeline.batch.codeTimeoutMs);
  return {
    ...functionVariables(await documentVariables(plan, document), planned),
    current_date: at.now,
    run_id: at.runId,
    function: planned.name,
    model: definition.model,
    usage: { input_tokens: inputTokens, output_tokens: outputTokens, total_tokens: inputTokens + outputTokens },
    finish_reason: answer.isCutOff === true ? 'length' : 'stop',
    ...processed.variables,
    document,
    response_content: processed.content,
  };
}

async function render({ plan, planned, definition }: PromptAnswer, variables: AnswerVariables): Promise<unknown> {
  const { responseTemplate } = definition;
  if (typeof responseTemplate.source === 'function') {
    const what = `Function ${planned.name}: its response template`;
    const timeoutMs = plan.pipeline.batch.codeTimeoutMs;
    return callUserCode({ what, code: 'response.template-failed', timeoutMs }, () =>
      responseTemplate.render(plainCopy(variables)),
    );
  }
  try {
    return responseTemplate.render(variables);
  } catch (error) {
    const scope = { variables, fieldMap: plan.pipeline.source.fieldMap };
    throw new DocumentFailure(templateError(`Function ${planned.name}, response template`, error, scope), {
      cause: error,
    });
  }
}

function checkUpdate({ plan: { endpointPlan }, planned }: PromptAnswer, rendered: unknown): UpdateOperators {
  try {
    return checkRenderedUpdate(endpointPlan, endpointPlan.status.completed, rendered);
  } catch (error) {
    if (!(error instanceof UnusableUpdate)) throw error;
    const message = `Function ${planned.name}, response template: ${error.message}`;
    throw new DocumentFailure(documentError('TemplateError', 'response.bad-path', message), { cause: error });
  }
}

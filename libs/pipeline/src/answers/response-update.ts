import { DocumentFailure, documentError, type DocumentError } from '@batchmill/contracts';
import type { SourceDocument } from '@batchmill/documents';
import type { Answer, Answered } from '@batchmill/provider';
import { templateError } from '@batchmill/templates';
import { callCode } from '../code/call-code.js';
import { plainCopy } from '../code/plain-copy.js';
import type { AnswerVariables } from '../definition/template-functions.js';
import type { UpdateOperators } from '../definition/update-operators.js';
import type { PromptFunction } from '../pipeline.js';
import { plannedFunction } from '../plan/planned-function.js';
import type { PlannedFunction, RunPlan } from '../plan/run-plan.js';
import { documentVariables, functionVariables } from '../requests/template-variables.js';
import { UnusableUpdate, checkRenderedUpdate } from './check-rendered-update.js';
import { expectStorable } from './expect-storable.js';
import { processAnswer } from './process-answer.js';

export interface AnswerMoment {
  readonly now: Date;
  readonly runId: string;
}

/** An answer to a prompt, and whose it is. */
interface Writing {
  readonly plan: RunPlan;
  readonly planned: PlannedFunction;
  readonly definition: PromptFunction;
  readonly answer: Extract<Answer, { kind: 'text' }>;
  readonly usage: Answered['usage'];
  readonly document: SourceDocument;
}

/**
 * What an answer writes into its document, besides our marks. An embedding writes nothing. The update's status is left
 * out: it changes with the last answer. Never writes `_id`.
 */
export async function responseUpdate(
  plan: RunPlan,
  functionName: string,
  { answer, usage }: Answered,
  document: SourceDocument,
  at: AnswerMoment,
): Promise<{ readonly update: UpdateOperators } | { readonly error: DocumentError }> {
  const planned = plannedFunction(plan, functionName);
  const { definition } = planned;
  if (definition.kind === 'embedding' || answer.kind === 'vector') return { update: {} };
  const writing: Writing = { plan, planned, definition, answer, usage, document };
  try {
    const update = checked(writing, await render(writing, await answerVariables(writing, at)));
    expectStorable(planned, update);
    return { update };
  } catch (error) {
    if (error instanceof DocumentFailure) return { error: error.error };
    throw error;
  }
}

async function answerVariables(
  { plan, planned, definition, answer, usage: { inputTokens, outputTokens }, document }: Writing,
  at: AnswerMoment,
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

async function render({ plan, planned, definition }: Writing, variables: AnswerVariables): Promise<unknown> {
  const { responseTemplate } = definition;
  if (typeof responseTemplate.source === 'function') {
    const what = `Function ${planned.name}: its response template`;
    const limitMs = plan.pipeline.batch.codeTimeoutMs;
    return callCode({ what, code: 'response.template-failed', limitMs }, () =>
      responseTemplate.render(plainCopy(variables)),
    );
  }
  try {
    return responseTemplate.render(variables);
  } catch (error) {
    const seen = { variables, fieldMap: plan.pipeline.source.fieldMap };
    throw new DocumentFailure(templateError(`Function ${planned.name}, response template`, error, seen), {
      cause: error,
    });
  }
}

function checked({ plan: { endpointPlan }, planned }: Writing, rendered: unknown): UpdateOperators {
  try {
    return checkRenderedUpdate(endpointPlan, endpointPlan.status.completed, rendered);
  } catch (error) {
    if (!(error instanceof UnusableUpdate)) throw error;
    const told = `Function ${planned.name}, response template: ${error.message}`;
    throw new DocumentFailure(documentError('TemplateError', 'response.bad-path', told), { cause: error });
  }
}

import { DocumentFailure } from '@batchmill/contracts';
import { templateError, undefinedVariable } from '@batchmill/templates';
import type { PromptFunction } from '../pipeline.js';
import type { PlannedFunction } from '../plan/run-plan.js';

type Variables = Readonly<Record<string, unknown>>;

const sampleAnswer = {
  response_content: 'An answer.',
  current_date: new Date(0),
  run_id: '',
  usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
  finish_reason: 'stop',
};

/**
 * Throws a DocumentFailure when a response template uses a variable that will be missing with any answer, before the answer is
 * paid for. Checks nothing when a processor, a response schema, a function or a condition decides which variables are used.
 */
export function checkResponseVariables(
  { name, definition }: PlannedFunction & { readonly definition: PromptFunction },
  variables: Variables,
  fieldMap: Readonly<Record<string, string>>,
): void {
  const { process, responseSchema, responseTemplate, model } = definition;
  if (process !== null || responseSchema !== null || typeof responseTemplate.source === 'function') return;
  if (hasConditions(responseTemplate.source)) return;
  const scope = { ...variables, ...sampleAnswer, function: name, model };
  try {
    responseTemplate.render(scope);
  } catch (cause) {
    if (undefinedVariable(cause) === null) return;
    const error = templateError(`Function ${name}, response template`, cause, { variables: scope, fieldMap });
    throw new DocumentFailure(error, { cause });
  }
}

function hasConditions(source: unknown): boolean {
  return JSON.stringify(source, (_, value: unknown) => (typeof value === 'bigint' ? '' : value)).includes('{%');
}

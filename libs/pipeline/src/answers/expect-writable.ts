import { DocumentFailure } from '@batchmill/contracts';
import { templateError, undefinedVariable } from '@batchmill/templates';
import type { PromptFunction } from '../pipeline.js';
import type { PlannedFunction } from '../plan/run-plan.js';

type Variables = Readonly<Record<string, unknown>>;

const anyAnswer = {
  response_content: 'An answer.',
  current_date: new Date(0),
  run_id: '',
  usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 },
  finish_reason: 'stop',
};

/**
 * Throws a DocumentFailure when a function's response template names what will not be there, whatever is answered: it is
 * found before the answer is paid. Where code, a schema or a condition has a say in it, nothing is known before the answer.
 */
export function expectWritable(
  { name, definition }: PlannedFunction & { readonly definition: PromptFunction },
  seen: Variables,
  fieldMap: Readonly<Record<string, string>>,
): void {
  const { process, responseSchema, responseTemplate, model } = definition;
  if (process !== null || responseSchema !== null || typeof responseTemplate.source === 'function') return;
  if (hasConditions(responseTemplate.source)) return;
  const variables = { ...seen, ...anyAnswer, function: name, model };
  try {
    responseTemplate.render(variables);
  } catch (cause) {
    if (undefinedVariable(cause) === null) return;
    const error = templateError(`Function ${name}, response template`, cause, { variables, fieldMap });
    throw new DocumentFailure(error, { cause });
  }
}

function hasConditions(source: unknown): boolean {
  return JSON.stringify(source, (_, value: unknown) => (typeof value === 'bigint' ? '' : value)).includes('{%');
}

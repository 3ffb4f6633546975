import { compileValue } from '@batchmill/templates';
import type { AnswerVariables, ResponseFunction } from '../definition/template-functions.js';
import type { EndpointPlan, PromptFunction } from '../pipeline.js';
import { checkUpdateTemplate } from './check-update-template.js';
import type { CheckContext } from './check-context.js';
import type { Section } from './section.js';

interface ResponseContext {
  readonly endpointPlan: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>;
  /** True when a document gets several answers. The default template then writes the function's name with each. */
  readonly hasSeveralAnswers: boolean;
}

/** For the keys of the pushed object and of a processor's result. */
const plainField = { pattern: /^(?!\$)[^.\0]+$/, expected: 'a field without dots that does not start with $' };

type CheckedResponse = Pick<PromptFunction, 'responseContentField' | 'responseTemplate'>;

export function checkResponseTemplate(
  context: CheckContext,
  section: Section,
  { endpointPlan, hasSeveralAnswers }: ResponseContext,
): CheckedResponse {
  const field = section.fieldPath('responseField', 'event_response');
  const dateField = section.text('responseDateField', { fallback: 'created_date', ...plainField });
  const contentField = section.text('responseContentField', { fallback: 'talking_points', ...plainField });
  const template = section.get('responseTemplate') ?? {
    $push: {
      [field]: {
        ...(hasSeveralAnswers ? { function: '{{function}}' } : {}),
        [contentField]: '{{response_content}}',
        [dateField]: '{{current_date}}',
      },
    },
  };
  if (typeof template === 'function') {
    const source = template as ResponseFunction; // its results are checked per answer
    const render = (variables: Readonly<Record<string, unknown>>): unknown => source(variables as AnswerVariables);
    return { responseContentField: contentField, responseTemplate: { source, render } };
  }
  const key = section.at(section.has('responseTemplate') ? 'responseTemplate' : 'responseField');
  const update = checkUpdateTemplate(context.problems, key, template, {
    statusField: endpointPlan.status.field,
    statusValue: endpointPlan.status.completed,
    markFields: [endpointPlan.infoField, endpointPlan.errorField],
  });
  return {
    responseContentField: contentField,
    responseTemplate: compileValue(update, (path, error) =>
      context.problems.addTemplate(`${key}.${path}`, null, error),
    ),
  };
}

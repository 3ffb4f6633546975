import { compileValue } from '@batchmill/templates';
import type { AnswerVariables, ResponseFunction } from '../definition/template-functions.js';
import type { EndpointPlan, PromptFunction } from '../pipeline.js';
import { checkUpdateTemplate } from './check-update-template.js';
import type { Checking } from './checking.js';
import type { Section } from './section.js';
import { templateProblem } from './template-problem.js';

interface Surroundings {
  readonly endpointPlan: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>;
  /** True when a document has more than one answer: the default template says then which function's each is. */
  readonly several: boolean;
}

/** Keys of the object that is pushed, and of what a processor returns. */
const plainField = { pattern: /^(?!\$)[^.\0]+$/, expected: 'a field without dots that does not start with $' };

type Written = Pick<PromptFunction, 'responseContentField' | 'responseTemplate'>;

export function checkResponseTemplate(
  checking: Checking,
  section: Section,
  { endpointPlan, several }: Surroundings,
): Written {
  const field = section.fieldPath('responseField', 'event_response');
  const dateField = section.text('responseDateField', { otherwise: 'created_date', ...plainField });
  const contentField = section.text('responseContentField', { otherwise: 'talking_points', ...plainField });
  const template = section.get('responseTemplate') ?? {
    $push: {
      [field]: {
        ...(several ? { function: '{{function}}' } : {}),
        [contentField]: '{{response_content}}',
        [dateField]: '{{current_date}}',
      },
    },
  };
  if (typeof template === 'function') {
    const source = template as ResponseFunction; // what it returns is checked per answer
    const render = (variables: Readonly<Record<string, unknown>>): unknown => source(variables as AnswerVariables);
    return { responseContentField: contentField, responseTemplate: { source, render } };
  }
  const key = section.at(section.has('responseTemplate') ? 'responseTemplate' : 'responseField');
  const own = checkUpdateTemplate(checking.problems, key, template, {
    statusField: endpointPlan.status.field,
    statusValue: endpointPlan.status.completed,
    bookkeeping: [endpointPlan.infoField, endpointPlan.errorField],
  });
  return {
    responseContentField: contentField,
    responseTemplate: compileValue(own, (path, error) =>
      templateProblem(checking.problems, `${key}.${path}`, null, error),
    ),
  };
}

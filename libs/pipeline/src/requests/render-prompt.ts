import { DocumentFailure, documentError } from '@batchmill/contracts';
import { countTokens } from '@batchmill/models';
import { promptBody, type Prompts, type RenderedRequest } from '@batchmill/provider';
import { templateError, type PromptTemplate, type TemplateScope } from '@batchmill/templates';
import type { PromptFunction } from '../pipeline.js';
import type { PlannedFunction } from '../plan/run-plan.js';
import { functionVariables } from './template-variables.js';

/** Tokens that the provider adds per message and answer: https://github.com/openai/openai-cookbook, "How to count tokens with tiktoken". */
const tokensPerMessage = 4;
const tokensPerAnswer = 3;

/** Fields of a body that are part of the prompt, and are billed as such. */
const fieldsThatModelsRead = ['tools', 'functions', 'response_format', 'text'];

/** Throws a DocumentFailure when a prompt cannot be rendered. */
export function renderPrompt(
  definition: PromptFunction,
  planned: PlannedFunction,
  variables: Readonly<Record<string, unknown>>,
  fieldMap: Readonly<Record<string, string>>,
): RenderedRequest {
  const scope: TemplateScope = { variables: functionVariables(variables, planned), fieldMap };
  const system =
    definition.system === null ? null : render(definition.system, `Function ${planned.name}, system prompt`, scope);
  const prompts: Prompts = {
    system: system === '' ? null : system,
    user: render(definition.user, `Function ${planned.name}, user prompt`, scope),
  };
  if (prompts.user.trim() === '') {
    throw new DocumentFailure(
      documentError(
        'TemplateError',
        'template.empty',
        `Function ${planned.name}, user prompt: rendered to an empty text for this document`,
      ),
    );
  }
  return {
    function: planned.name,
    model: definition.model,
    url: definition.url,
    body: promptBody(definition, prompts),
    inputs: 0,
    inputTokens: countPrompts(definition, prompts),
    maxOutputTokens: definition.maxTokens,
  };
}

function render(template: PromptTemplate, where: string, scope: TemplateScope): string {
  try {
    return template.render(scope.variables);
  } catch (error) {
    throw new DocumentFailure(templateError(where, error, scope), { cause: error });
  }
}

function countPrompts({ baseModel, responseSchema, body }: PromptFunction, { system, user }: Prompts): number {
  const read = fieldsThatModelsRead.map((field) => body[field]).filter((value) => value !== undefined);
  const texts = [system, user, ...[responseSchema?.schema, ...read].map((value) => value && JSON.stringify(value))];
  return texts
    .filter((text) => typeof text === 'string')
    .reduce((tokens, text) => tokens + tokensPerMessage + countTokens(text, baseModel), tokensPerAnswer);
}

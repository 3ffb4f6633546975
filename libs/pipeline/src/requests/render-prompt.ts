import { DocumentFailure, documentError } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import { countTokens, exceedsTokens, modelLimitsOf } from '@batchmill/models';
import { promptBody, type Prompts, type RenderedRequest } from '@batchmill/provider';
import { templateError, type PromptTemplate, type TemplateScope } from '@batchmill/templates';
import type { PromptFunction } from '../pipeline.js';
import type { PlannedFunction } from '../plan/run-plan.js';
import { functionVariables } from './template-variables.js';

/**
 * Tokens that the provider adds per message, one of them its role, and before the answer:
 * https://github.com/openai/openai-cookbook, "How to count tokens with tiktoken".
 */
const tokensPerMessage = 4;
const tokensPerAnswer = 3;
/** Around a schema, or the list of tools. OpenAI does not publish how it writes these into the prompt: they count as JSON. */
const tokensPerPart = 4;

/** A count may be too high by less than this, where a text has long runs without a space. Such a prompt is sent. */
const leastShareOfCount = 0.99;

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
  const tokens = countPrompts(definition, prompts);
  checkContext(definition, planned, { ...prompts, tokens });
  return {
    function: planned.name,
    model: definition.model,
    baseModel: definition.baseModel,
    url: definition.url,
    body: promptBody(definition, prompts),
    inputs: 0,
    inputTokens: tokens + fixedTokensOf(definition),
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

function countPrompts(definition: PromptFunction, { system, user }: Prompts): number {
  const texts = system === null ? [user] : [system, user];
  const tokens = texts.map((text) => tokensPerMessage + countTokens(text, definition.baseModel));
  return tokens.reduce((sum, one) => sum + one, tokensPerAnswer);
}

/** Throws a DocumentFailure when the prompts do not fit into the model's context. Of other servers' models it is not known. */
function checkContext(
  { baseModel }: PromptFunction,
  { name }: PlannedFunction,
  { system, user, tokens }: Prompts & { readonly tokens: number },
): void {
  const limits = modelLimitsOf(baseModel);
  if (limits === null) return;
  const mostTokens = limits.maxInputTokens / leastShareOfCount;
  // The count of a long text is an estimate: the exact one decides.
  if (tokens <= mostTokens || !exceedsTokens(`${system ?? ''}\n${user}`, baseModel, mostTokens)) return;
  throw new DocumentFailure(
    documentError(
      'ValidationError',
      'document.prompt-too-long',
      `Function ${name}: the prompts have ${tokens} tokens, expected at most ${limits.maxInputTokens}, which is what ` +
        `${baseModel} reads; cut the document into chunks, shorten its text in the prompt, or choose another model`,
    ),
  );
}

const fixedTokens = new WeakMap<PromptFunction, number>();

/** The tokens of what is the same in every request, counted once: tools, and the schema of the answer with its description. */
function fixedTokensOf(definition: PromptFunction): number {
  const counted = fixedTokens.get(definition);
  if (counted !== undefined) return counted;
  const parts = partsThatModelsRead(promptBody(definition, { system: null, user: '' }));
  const sum = parts.reduce<number>((tokens, part) => {
    return tokens + tokensPerPart + countTokens(JSON.stringify(part), definition.baseModel);
  }, 0);
  fixedTokens.set(definition, sum);
  return sum;
}

function partsThatModelsRead({ tools, functions, response_format: ofChat, text }: Record<string, unknown>): unknown[] {
  const lists = [tools, functions].filter((list) => Array.isArray(list) && list.length > 0);
  const formats = [isPlainObject(ofChat) ? ofChat['json_schema'] : null, isPlainObject(text) ? text['format'] : null];
  const schemas = formats.filter(isPlainObject).flatMap(({ schema, description }) => [schema, description]);
  return [...lists, ...schemas.filter((part) => part !== undefined && part !== null)];
}

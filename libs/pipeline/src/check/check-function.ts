import { modelLimitsOf, textCapabilitiesOf, tokenLimitFields } from '@batchmill/models';
import { compilePrompt } from '@batchmill/templates';
import { embeddingsFunction } from './reserved-names.js';
import type { EndpointPlan, Parameter, PromptFunction } from '../pipeline.js';
import { checkPromptBody } from './check-body.js';
import { checkModel } from './check-model.js';
import { checkResponseSchema } from './check-response-schema.js';
import { checkReuse } from './check-reuse.js';
import { checkResponseTemplate } from './check-response-template.js';
import type { CheckContext } from './check-context.js';
import { checkPrompt } from './check-prompt.js';
import { Section } from './section.js';

const keys = [
  'api',
  'name',
  'model',
  'baseModel',
  'temperature',
  'maxTokens',
  'tokenLimitField',
  'body',
  'reuse',
  'system',
  'user',
  'forEach',
  'responseFormat',
  'process',
  'responseTemplate',
  'responseField',
  'responseDateField',
  'responseContentField',
];
const urls = { chat: '/v1/chat/completions', responses: '/v1/responses' } as const;

interface FunctionContext {
  readonly endpointPlan: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** True when the endpoint has more than one function. */
  readonly isOneOfSeveral: boolean;
}

export function checkFunction(
  context: CheckContext,
  path: string,
  value: unknown,
  { endpointPlan, parameters, isOneOfSeveral }: FunctionContext,
): PromptFunction {
  const { problems, defaults } = context;
  const section = Section.of(problems, path, value, keys);
  const api = section.oneOf('api', ['chat', 'responses'], null);
  if (api === null && !section.has('api'))
    problems.add(path, 'no api', 'a function made by chat({…}) or responses({…})');

  const name = section.required('name', {
    pattern: /^[A-Za-z][A-Za-z0-9_]{0,23}$/,
    expected: 'a letter, then letters, digits and _ (at most 24)',
  });
  if (name === embeddingsFunction)
    problems.addValue(section.at('name'), name, 'another name: the embeddings endpoint has this one');
  const process = section.get('process') ?? null;
  if (process !== null && typeof process !== 'function')
    problems.addValue(section.at('process'), process, 'a function');
  const user = checkPrompt(context, section, 'user', { text: defaults.userPrompt, setting: 'USER_PROMPT_TEMPLATE' });
  if (user === null && !section.has('user')) {
    problems.addValue(
      section.at('user'),
      undefined,
      'a text or prompt(file) here, or the setting USER_PROMPT_TEMPLATE',
    );
  }
  const forEach = checkForEach(context, section, parameters);
  const response = checkResponseTemplate(context, section, {
    endpointPlan,
    hasSeveralAnswers: isOneOfSeveral || forEach !== null,
  });
  const url = urls[api ?? 'chat'];
  const { model, baseModel } = checkModel(context, section, defaults.model ?? 'gpt-4o-mini');
  const temperature = checkTemperature(context, section, baseModel);
  const responseSchema = checkResponseSchema(context, section, { name, model, baseModel });
  const body = checkPromptBody(context, section, { url, temperature, responseSchema });
  return {
    kind: 'prompt',
    name,
    url,
    model,
    baseModel,
    temperature,
    ...checkTokenLimit(context, section, { url, baseModel }),
    body,
    reuse: checkReuse(context, section, { temperature, body }),
    system: checkPrompt(context, section, 'system', { text: defaults.systemPrompt, setting: 'SYSTEM_PROMPT' }),
    user: user ?? compilePrompt(''),
    forEach,
    responseSchema,
    process: process as PromptFunction['process'], // checked to be a function; the type of its body follows from the api
    ...response,
  };
}

/** Null where the base model takes none. */
function checkTemperature({ defaults }: CheckContext, section: Section, baseModel: string): number | null {
  if (section.get('temperature') === null) return null;
  const temperature = section.number('temperature', { fallback: defaults.temperature, from: 0, to: 2, whole: false });
  return textCapabilitiesOf(baseModel).takesTemperature ? temperature : null;
}

function checkTokenLimit(
  { problems, defaults }: CheckContext,
  section: Section,
  { url, baseModel }: Pick<PromptFunction, 'url' | 'baseModel'>,
): Pick<PromptFunction, 'maxTokens' | 'tokenLimitField'> {
  const { tokenLimitField, minOutputTokens } = textCapabilitiesOf(baseModel);
  const maxTokens = section.number('maxTokens', { fallback: defaults.maxTokens, from: 1, to: 1_000_000 });
  const mostTokens = modelLimitsOf(baseModel)?.maxOutputTokens ?? Infinity;
  if (maxTokens > mostTokens) {
    const setting = section.has('maxTokens') ? '' : '; set it here, or lower the setting OPENAI_MAX_TOKENS';
    problems.add(
      section.at('maxTokens'),
      String(maxTokens),
      `at most ${mostTokens}, the most that ${baseModel} answers${setting}`,
    );
  }
  if (url === '/v1/responses') {
    if (maxTokens < minOutputTokens)
      problems.addValue(
        section.at('maxTokens'),
        maxTokens,
        `at least ${minOutputTokens}, the least that ${baseModel} takes on ${url}`,
      );
    if (section.has('tokenLimitField'))
      problems.add(
        section.at('tokenLimitField'),
        `it on ${url}`,
        'it in chat({…}) only: responses have one name for the limit',
      );
  }
  return { maxTokens, tokenLimitField: section.oneOf('tokenLimitField', tokenLimitFields, tokenLimitField) };
}

function checkForEach(
  { problems }: CheckContext,
  section: Section,
  parameters: FunctionContext['parameters'],
): string | null {
  const name = section.text('forEach', { fallback: null, expected: 'the name of a string[] parameter' });
  if (name === null) return null;
  if (!Object.hasOwn(parameters, name) || parameters[name]?.type !== 'string[]') {
    const lists = Object.keys(parameters).filter((other) => parameters[other]?.type === 'string[]');
    problems.addValue(
      section.at('forEach'),
      name,
      `the name of a string[] parameter (there are: ${lists.join(', ') || 'none'})`,
    );
  }
  return name;
}

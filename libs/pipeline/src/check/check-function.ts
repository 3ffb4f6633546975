import { TemplateSyntaxError, compilePrompt, type PromptTemplate } from '@batchmill/templates';
import { isPromptFile } from '../definition/prompt.js';
import { embeddingsFunction } from '../embeddings-function.js';
import type { EndpointPlan, Parameter, PromptFunction } from '../pipeline.js';
import { checkResponseSchema } from './check-response-schema.js';
import { checkResponseTemplate } from './check-response-template.js';
import { readFileOf, type Checking } from './checking.js';
import { Section } from './section.js';
import { templateProblem } from './template-problem.js';

const keys = [
  'api',
  'name',
  'model',
  'temperature',
  'maxTokens',
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

interface Surroundings {
  readonly endpointPlan: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly several: boolean;
}

export function checkFunction(checking: Checking, path: string, value: unknown, around: Surroundings): PromptFunction {
  const { problems, defaults } = checking;
  const section = Section.of(problems, path, value, keys);
  const api = section.oneOf('api', ['chat', 'responses'], null);
  if (api === null && !section.has('api'))
    problems.add(path, 'no api', 'a function made by chat({…}) or responses({…})');

  const name = section.needed('name', {
    pattern: /^[A-Za-z][A-Za-z0-9_]{0,23}$/,
    expected: 'a letter, then letters, digits and _ (at most 24)',
  });
  if (name === embeddingsFunction)
    problems.wrong(section.at('name'), name, 'another name: this one is taken by the other endpoint');
  const process = section.get('process') ?? null;
  if (process !== null && typeof process !== 'function') problems.wrong(section.at('process'), process, 'a function');
  const user = checkPrompt(checking, section, 'user', defaults.userPrompt);
  if (user === null && !section.has('user')) {
    problems.wrong(section.at('user'), undefined, 'a text or prompt(file) here, or the setting USER_PROMPT_TEMPLATE');
  }
  const forEach = checkForEach(checking, section, around.parameters);
  const written = checkResponseTemplate(checking, section, {
    ...around,
    several: around.several || forEach !== null,
  });
  return {
    kind: 'prompt',
    name,
    url: urls[api ?? 'chat'],
    model: section.text('model', { otherwise: defaults.model ?? 'gpt-4o-mini', expected: 'the name of a model' }),
    temperature: section.number('temperature', { otherwise: defaults.temperature, from: 0, to: 2, whole: false }),
    maxTokens: section.number('maxTokens', { otherwise: defaults.maxTokens, from: 1, to: 1_000_000 }),
    system: checkPrompt(checking, section, 'system', defaults.systemPrompt),
    user: user ?? compilePrompt(''),
    forEach,
    responseSchema: checkResponseSchema(checking, section, name),
    process: process as PromptFunction['process'], // checked to be a function; its body's type follows from the api
    ...written,
  };
}

function checkPrompt(
  checking: Checking,
  section: Section,
  key: string,
  otherwise: string | undefined,
): PromptTemplate | null {
  const given = section.get(key) ?? otherwise;
  const at = section.at(key);
  if (given === undefined) return null;
  const file = isPromptFile(given) ? given.file : null;
  // Files end with a newline; prompts do not.
  const text = isPromptFile(given) ? (readFileOf(checking, at, given.file)?.replace(/\r?\n$/, '') ?? null) : given;
  if (typeof text !== 'string') {
    if (text !== null) checking.problems.wrong(at, given, 'a text or prompt(file)');
    return null;
  }
  try {
    return compilePrompt(text, { nothingIs: 'missing' });
  } catch (error) {
    templateProblem(
      checking.problems,
      at,
      file,
      error instanceof TemplateSyntaxError ? error : new TemplateSyntaxError(error),
    );
    return null;
  }
}

function checkForEach({ problems }: Checking, section: Section, parameters: Surroundings['parameters']): string | null {
  const name = section.text('forEach', { otherwise: null, expected: 'the name of a string[] parameter' });
  if (name === null) return null;
  if (!Object.hasOwn(parameters, name) || parameters[name]?.type !== 'string[]') {
    const lists = Object.keys(parameters).filter((other) => parameters[other]?.type === 'string[]');
    problems.wrong(
      section.at('forEach'),
      name,
      `the name of a string[] parameter (there is: ${lists.join(', ') || 'none'})`,
    );
  }
  return name;
}

import { isPlainObject } from '@batchmill/documents';
import { fieldsOfSettings, type RequestFields } from '@batchmill/provider';
import type { EmbeddingFunction, PromptFunction } from '../pipeline.js';
import type { CheckContext } from './check-context.js';
import type { Problems } from './problems.js';
import type { Section } from './section.js';

/** The further fields of requests for texts. One that another setting makes, or that a batch cannot have, is a problem. */
export function checkPromptBody(
  { problems }: CheckContext,
  section: Section,
  settings: Pick<PromptFunction, 'url' | 'temperature' | 'responseSchema'>,
): RequestFields {
  const fields = checkFields(problems, section, fieldsOfSettings(settings));
  const at = section.at('body');
  const { n, text, background } = fields;
  if (n !== undefined && n !== 1) problems.addValue(`${at}.n`, n, '1: only one answer is written');
  if (background === true) problems.addValue(`${at}.background`, background, 'nothing: a batch cannot have it');
  if (text !== undefined && !isPlainObject(text)) problems.addValue(`${at}.text`, text, 'an object');
  if (settings.responseSchema !== null && isPlainObject(text) && text['format'] !== undefined)
    problems.addValue(`${at}.text.format`, text['format'], 'nothing: responseFormat makes it');
  return fields;
}

/** The further fields of requests for vectors. */
export function checkEmbeddingBody(
  { problems }: CheckContext,
  section: Section,
  { dimensions, takesDimensions }: Pick<EmbeddingFunction, 'dimensions' | 'takesDimensions'>,
): RequestFields {
  const own = { model: 'model', input: 'text', encoding_format: 'Batchmill' };
  const fields = checkFields(problems, section, takesDimensions ? { ...own, dimensions: 'dimensions' } : own);
  const asked = fields['dimensions'];
  if (!takesDimensions && asked !== undefined && asked !== dimensions)
    problems.addValue(section.at('body.dimensions'), asked, `${dimensions}, the dimensions of the vectors`);
  return fields;
}

function checkFields(
  problems: Problems,
  section: Section,
  madeBy: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  const body = section.get('body') ?? {};
  const at = section.at('body');
  if (!isPlainObject(body)) {
    problems.addValue(at, body, 'an object of fields of the API');
    return {};
  }
  for (const [field, value] of Object.entries(body)) {
    const setting = Object.hasOwn(madeBy, field) ? madeBy[field] : undefined;
    if (setting !== undefined) problems.addValue(`${at}.${field}`, value, `nothing: ${setting} makes it`);
    else checkJson(problems, `${at}.${field}`, value);
  }
  if (body['stream'] !== undefined && body['stream'] !== false)
    problems.addValue(`${at}.stream`, body['stream'], 'nothing: a batch cannot have it');
  return body;
}

/** Only what JSON can say. A template would be sent as it is, so it is a problem too. */
function checkJson(problems: Problems, at: string, value: unknown): void {
  if (Array.isArray(value)) value.forEach((each: unknown, index) => checkJson(problems, `${at}[${index}]`, each));
  else if (isPlainObject(value))
    for (const [key, each] of Object.entries(value)) checkJson(problems, `${at}.${key}`, each);
  else if (typeof value === 'string') {
    if (/\{\{|\{%/.test(value))
      problems.addValue(at, value, 'a text without a template: it is the same for every document');
  } else if (!(value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))))
    problems.addValue(at, value, 'a value that JSON can say');
}

import { InexactNumberError, isPlainObject } from '@batchmill/documents';
import type { Usage } from '@batchmill/models';
import { notUnderstood, permanentFailure, readText, retryableFailure, type Classified } from '@batchmill/provider';
import type { PromptFunction } from '../pipeline.js';
import { parseJson, withNumbers } from './parse-json.js';

export function classifyText(definition: PromptFunction, body: unknown, usage: Usage): Classified {
  if (body === undefined || body === null || body === '') {
    return retryableFailure('provider.no-content', 'The provider answered without a body', { usage });
  }
  if (!isPlainObject(body)) return notUnderstood('something other than a JSON object', usage);
  const { text, texts = [], finish } = readText(definition.url, body);
  switch (finish) {
    case 'refused':
      return permanentFailure('provider.refusal', 'The model refused to answer', { usage });
    case 'filtered':
      return permanentFailure('provider.content-filter', "The provider's content filter stopped the answer", { usage });
    case 'failed':
      return permanentFailure('provider.refused-request', 'The provider reports that the response failed', { usage });
    case 'unfinished':
      return retryableFailure('provider.unanswered-request', 'The provider did not finish the response', { usage });
    case 'not-understood':
      return notUnderstood('without a text that can be read', usage);
    case 'called-tools':
      return calledTools(definition, body, usage);
    case 'complete':
    case 'cut-off':
      if (text !== null && text !== '') {
        return classifyContent(definition, { text, texts, body, isCutOff: finish === 'cut-off' }, usage);
      }
      if (finish === 'cut-off') {
        // Not retried: a further attempt would use up all tokens again, and is billed each time.
        const message = 'The model used up maxTokens before its answer began. Raise maxTokens';
        return permanentFailure('provider.answer-cut-off', message, { usage });
      }
      return retryableFailure('provider.no-content', 'The provider answered without a text', { usage });
  }
}

/** A processor reads the body itself. Without one there is nothing to write. */
function calledTools({ process }: PromptFunction, body: object, usage: Usage): Classified {
  if (process === null) return notUnderstood('calls of tools, which only a processor of the function can read', usage);
  return { outcome: 'answered', answer: { kind: 'text', text: '', body }, usage };
}

interface TextContent {
  readonly text: string;
  readonly texts: readonly string[];
  readonly body: object;
  readonly isCutOff: boolean;
}

/** An answer that does not match its schema is retried, since the model may answer better. It is kept all the same. */
function classifyContent(
  { responseSchema }: PromptFunction,
  { text, texts, body, isCutOff }: TextContent,
  usage: Usage,
): Classified {
  const answer = { kind: 'text', text, body, ...(isCutOff && { isCutOff }) } as const;
  if (responseSchema === null) return { outcome: 'answered', answer, usage };
  const { validate } = responseSchema;
  const whole = parseJson(text);
  const parsed =
    whole === undefined ? onlyOne(texts.map(parseJson).filter((one) => validate(withNumbers(one)))) : whole;
  if (parsed === undefined) {
    if (!isCutOff) {
      const message = 'The answer is not JSON, although the function has a response format';
      return retryableFailure('provider.invalid-json', message, { usage, isKept: true });
    }
    const message = 'The answer ended at maxTokens, in the middle of its JSON. Raise maxTokens';
    return retryableFailure('provider.answer-cut-off', message, { usage, isKept: true });
  }
  if (parsed instanceof InexactNumberError) {
    const message = 'The answer has a number of more than 64 bits, which no document holds. Ask for it as a text';
    return retryableFailure('provider.large-number', message, { usage, isKept: true });
  }
  if (!validate(withNumbers(parsed))) {
    // The path in the schema, not in the answer, whose keys may be contents.
    const rule = validate.errors?.[0]?.schemaPath ?? '#';
    const message = `The answer is JSON that does not match the response format (${rule})`;
    return retryableFailure('provider.schema-mismatch', message, { usage, isKept: true });
  }
  return { outcome: 'answered', answer: { ...answer, parsed }, usage };
}

/** Of several texts some models repeat the whole answer in one. With two that fit it is not known which is meant. */
function onlyOne(values: readonly unknown[]): unknown {
  return values.length === 1 ? values[0] : undefined;
}

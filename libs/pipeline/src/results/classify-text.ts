import type { Usage } from '@batchmill/models';
import { permanentFailure, readText, retryableFailure, type Classified } from '@batchmill/provider';
import type { PromptFunction } from '../pipeline.js';

export function classifyText(definition: PromptFunction, body: unknown, usage: Usage): Classified {
  if (typeof body !== 'object' || body === null) {
    return retryableFailure('provider.no-content', 'The provider answered without a body', { usage });
  }
  const { text, finish } = readText(definition.url, body);
  switch (finish) {
    case 'refused':
      return permanentFailure('provider.refusal', 'The model refused to answer', { usage });
    case 'filtered':
      return permanentFailure('provider.content-filter', "The provider's content filter stopped the answer", { usage });
    case 'failed':
      return permanentFailure('provider.refused-request', 'The provider reports that the response failed', { usage });
    case 'unfinished':
      return retryableFailure('provider.unanswered-request', 'The provider did not finish the response', { usage });
    case 'complete':
    case 'cut-off':
      if (text !== null && text !== '') {
        return classifyContent(definition, { text, body, isCutOff: finish === 'cut-off' }, usage);
      }
      if (finish === 'cut-off') {
        // Not retried: a further attempt would use up all tokens again, and is billed each time.
        const message = 'The model used up maxTokens before its answer began. Raise maxTokens';
        return permanentFailure('provider.answer-cut-off', message, { usage });
      }
      return retryableFailure('provider.no-content', 'The provider answered without a text', { usage });
  }
}

function classifyContent(
  { responseSchema }: PromptFunction,
  { text, body, isCutOff }: { text: string; body: object; isCutOff: boolean },
  usage: Usage,
): Classified {
  const answer = { kind: 'text', text, body, ...(isCutOff && { isCutOff }) } as const;
  if (responseSchema === null) return { outcome: 'answered', answer, usage };
  const parsed = parse(text);
  if (parsed === undefined) {
    if (!isCutOff) {
      const message = 'The answer is not JSON, although the function has a response format';
      return retryableFailure('provider.invalid-json', message, { usage });
    }
    const message = 'The answer ended at maxTokens, in the middle of its JSON. Raise maxTokens';
    return retryableFailure('provider.answer-cut-off', message, { usage });
  }
  if (!responseSchema.validate(parsed)) {
    // The path in the schema, not in the answer, whose keys may be contents.
    const rule = responseSchema.validate.errors?.[0]?.schemaPath ?? '#';
    const message = `The answer is JSON that does not match the response format (${rule})`;
    return retryableFailure('provider.schema-mismatch', message, { usage });
  }
  return { outcome: 'answered', answer: { ...answer, parsed }, usage };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

import type { Usage } from '@batchmill/models';
import { fail, readText, retry, type Classified } from '@batchmill/provider';
import type { PromptFunction } from '../pipeline.js';

export function classifyText(definition: PromptFunction, body: unknown, usage: Usage): Classified {
  if (typeof body !== 'object' || body === null) {
    return retry('provider.no-content', 'The provider answered without a body', { usage });
  }
  const { text, ended } = readText(definition.url, body);
  switch (ended) {
    case 'refused':
      return fail('provider.refusal', 'The model refused to answer', { usage });
    case 'filtered':
      return fail('provider.content-filter', "The provider's content filter stopped the answer", { usage });
    case 'failed':
      return fail('provider.refused-request', 'The provider says that the response failed', { usage });
    case 'not-carried-out':
      return retry('provider.unavailable', 'The provider says that the response was not finished', { usage });
    case 'whole':
    case 'cut-off':
      if ((text === null || text === '') && ended === 'cut-off') {
        // It would be as long again, and is paid each time.
        const told = 'The model used up maxTokens before it said anything; allow more of them';
        return fail('provider.answer-cut-off', told, { usage });
      }
      if (text === null || text === '')
        return retry('provider.no-content', 'The provider answered without a text', { usage });
      return classifyContent(definition, { text, body, isCutOff: ended === 'cut-off' }, usage);
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
    return isCutOff
      ? retry(
          'provider.answer-cut-off',
          'The answer ended at maxTokens, in the middle of its JSON; allow more of them',
          {
            usage,
          },
        )
      : retry('provider.bad-json', 'The answer is not JSON, though JSON was asked for', { usage });
  }
  if (!responseSchema.validate(parsed)) {
    // Where in the schema, not in the answer: the answer's own keys may be contents.
    const rule = responseSchema.validate.errors?.[0]?.schemaPath ?? '#';
    return retry('provider.other-json', `The answer is JSON, but not of the schema (${rule})`, { usage });
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

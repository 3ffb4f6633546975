import { isOpenAiModel, type WorstUsage } from '@batchmill/models';
import type { RenderedRequest } from '../requests/rendered-request.js';

/** What no request uses. */
export const noWorstUsage: WorstUsage = { requests: 0, inputTokens: 0, outputTokens: 0, longestInput: 0 };

/** How much more the provider may count than we do, in an OpenAI model's prompt: what it adds around messages and schemas. */
const addedTokens = 16;
const addedShare = 0.01;

/**
 * The most that a request can use. The prompt of an OpenAI model is counted by its tokenizer. Of other models the tokenizer is not
 * known, and a text has at most as many tokens as bytes.
 */
export function worstUsageOf({ body, baseModel, inputTokens, maxOutputTokens }: RenderedRequest): WorstUsage {
  const most =
    isOpenAiModel(baseModel) || baseModel.startsWith('text-embedding-')
      ? inputTokens + Math.ceil(inputTokens * addedShare) + addedTokens
      : Buffer.byteLength(JSON.stringify(body));
  // Each of several answers may have its full length.
  const answers = typeof body['n'] === 'number' ? Math.max(1, body['n']) : 1;
  return { requests: 1, inputTokens: most, outputTokens: maxOutputTokens * answers, longestInput: most };
}

/** What both use together. */
export function addWorstUsage(a: WorstUsage, b: WorstUsage): WorstUsage {
  return {
    requests: a.requests + b.requests,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    longestInput: Math.max(a.longestInput, b.longestInput),
  };
}

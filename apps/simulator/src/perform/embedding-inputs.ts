import { OpenAiError } from '../http/openai-error.js';
import type { TokenCounter } from '../tokens/token-counter.js';

/** How many vectors a request asks for; 1 when the input is invalid. */
export function countEmbeddingInputs(input: unknown): number {
  if (!Array.isArray(input)) return 1;
  return typeof input[0] === 'number' ? 1 : input.length;
}

/** The texts of a request. Inputs given as tokens are decoded. Throws an OpenAiError. */
export function readEmbeddingInputs(input: unknown, tokens: TokenCounter): string[] {
  if (typeof input === 'string') return [input];
  if (isTokens(input)) return [tokens.decode(input)];
  if (!Array.isArray(input)) throw invalid("Missing or invalid parameter: 'input'. Expected a string or an array.");
  if (input.length === 0) throw invalid("'$.input' is invalid. Expected at least one input.");
  return input.map((item: unknown) => {
    if (typeof item === 'string') return item;
    if (isTokens(item)) return tokens.decode(item);
    throw invalid("'$.input' is invalid. Please check the API reference.");
  });
}

export function invalid(message: string): OpenAiError {
  return new OpenAiError(400, message, { param: 'input' });
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((token) => Number.isInteger(token));
}

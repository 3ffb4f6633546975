import type { PromptFunctionOptions, ResponsesDefinition } from './prompt-function-definition.js';
import type { ResponsesBody } from './response-bodies.js';

/** One thing asked of each document, on `/v1/responses`. */
export function responses(options: PromptFunctionOptions<ResponsesBody>): ResponsesDefinition {
  return { ...options, api: 'responses' };
}

import type { ChatDefinition, PromptFunctionOptions } from './prompt-function-definition.js';
import type { ChatBody } from './response-bodies.js';

/** One thing asked of each document, on `/v1/chat/completions`. */
export function chat(options: PromptFunctionOptions<ChatBody>): ChatDefinition {
  return { ...options, api: 'chat' };
}

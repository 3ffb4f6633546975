import type { PromptSettings } from '../../../requests/prompt-settings.js';
import type { Prompts } from '../../../requests/prompts.js';
import { chatBody } from './chat-body.js';
import { responsesBody } from './responses-body.js';

/** The body of a request that asks a model for a text. */
export function promptBody(definition: PromptSettings, prompts: Prompts): Record<string, unknown> {
  return definition.url === '/v1/responses' ? responsesBody(definition, prompts) : chatBody(definition, prompts);
}

import { isReasoningModel } from '@batchmill/models';
import type { PromptSettings } from '../../../requests/prompt-settings.js';
import type { Prompts } from '../../../requests/prompts.js';

/** https://platform.openai.com/docs/api-reference/chat/create */
export function chatBody(definition: PromptSettings, { system, user }: Prompts): Record<string, unknown> {
  const { model, temperature, maxTokens, responseSchema } = definition;
  return {
    model,
    messages: [...(system === null ? [] : [{ role: 'system', content: system }]), { role: 'user', content: user }],
    ...(isReasoningModel(model) ? { max_completion_tokens: maxTokens } : { temperature, max_tokens: maxTokens }),
    ...(responseSchema === null
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: responseSchema.name, strict: true, schema: responseSchema.schema },
          },
        }),
  };
}

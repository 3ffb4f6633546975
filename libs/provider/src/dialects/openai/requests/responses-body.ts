import { isReasoningModel } from '@batchmill/models';
import type { PromptSettings } from '../../../requests/prompt-settings.js';
import type { Prompts } from '../../../requests/prompts.js';

/** https://platform.openai.com/docs/api-reference/responses/create */
export function responsesBody(definition: PromptSettings, { system, user }: Prompts): Record<string, unknown> {
  const { model, temperature, maxTokens, responseSchema } = definition;
  return {
    model,
    ...(system === null ? {} : { instructions: system }),
    input: user,
    ...(isReasoningModel(model) ? {} : { temperature }),
    max_output_tokens: maxTokens,
    ...(responseSchema === null
      ? {}
      : {
          text: {
            format: { type: 'json_schema', name: responseSchema.name, strict: true, schema: responseSchema.schema },
          },
        }),
  };
}

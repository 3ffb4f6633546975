import type { PromptFunction } from '../pipeline.js';
import { isReasoningModel } from './is-reasoning-model.js';
import type { Prompts } from './render-prompt.js';

/** https://platform.openai.com/docs/api-reference/responses/create */
export function responsesBody(definition: PromptFunction, { system, user }: Prompts): Record<string, unknown> {
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

import { isReasoningModel } from '@batchmill/models';
import type { Prompts, PromptSettings } from '../../../requests/prompt-settings.js';

/** The body of a request for a text. */
export function promptBody(settings: PromptSettings, prompts: Prompts): Record<string, unknown> {
  return settings.url === '/v1/responses' ? responsesBody(settings, prompts) : chatBody(settings, prompts);
}

/** https://platform.openai.com/docs/api-reference/chat/create */
function chatBody(settings: PromptSettings, { system, user }: Prompts): Record<string, unknown> {
  const { model, temperature, maxTokens, responseSchema } = settings;
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

/** https://platform.openai.com/docs/api-reference/responses/create */
function responsesBody(settings: PromptSettings, { system, user }: Prompts): Record<string, unknown> {
  const { model, temperature, maxTokens, responseSchema } = settings;
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

interface EmbeddingSettings {
  readonly model: string;
  readonly dimensions: number;
}

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export function embeddingBody(settings: EmbeddingSettings, text: string): Record<string, unknown> {
  return {
    model: settings.model,
    input: text,
    ...(settings.model.startsWith('text-embedding-3-') ? { dimensions: settings.dimensions } : {}),
    encoding_format: 'base64',
  };
}

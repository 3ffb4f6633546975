import type { Prompts, PromptSettings, RequestFields } from '../../../requests/prompt-settings.js';

/** The body of a request for a text. */
export function promptBody(settings: PromptSettings, prompts: Prompts): Record<string, unknown> {
  return settings.url === '/v1/responses' ? responsesBody(settings, prompts) : chatBody(settings, prompts);
}

/** https://platform.openai.com/docs/api-reference/chat/create */
function chatBody(settings: PromptSettings, { system, user }: Prompts): Record<string, unknown> {
  const { model, temperature, maxTokens, tokenLimitField, responseSchema, body } = settings;
  return {
    model,
    messages: [...(system === null ? [] : [{ role: 'system', content: system }]), { role: 'user', content: user }],
    ...(temperature === null ? {} : { temperature }),
    [tokenLimitField]: maxTokens,
    ...(responseSchema === null
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: responseSchema.name, strict: true, schema: responseSchema.schema },
          },
        }),
    ...body,
  };
}

/** https://platform.openai.com/docs/api-reference/responses/create */
function responsesBody(settings: PromptSettings, { system, user }: Prompts): Record<string, unknown> {
  const { model, temperature, maxTokens, responseSchema, body } = settings;
  const format = responseSchema && {
    type: 'json_schema',
    name: responseSchema.name,
    strict: true,
    schema: responseSchema.schema,
  };
  return {
    model,
    ...(system === null ? {} : { instructions: system }),
    input: user,
    ...(temperature === null ? {} : { temperature }),
    max_output_tokens: maxTokens,
    ...body,
    // `text` also holds fields that the user may give, such as `verbosity`.
    ...(format === null ? {} : { text: { ...(body['text'] as object | undefined), format } }),
  };
}

export interface EmbeddingSettings {
  readonly model: string;
  readonly dimensions: number;
  /** False: the model rejects the field `dimensions`. */
  readonly takesDimensions: boolean;
  /** Further fields of the body. */
  readonly body: RequestFields;
}

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export function embeddingBody<Input extends string | readonly string[]>(
  { model, dimensions, takesDimensions, body }: EmbeddingSettings,
  input: Input,
): { model: string; input: Input; dimensions?: number; encoding_format: 'base64' } {
  return { model, input, ...(takesDimensions ? { dimensions } : {}), encoding_format: 'base64', ...body };
}

/** The fields of a body that are made of a function's settings, each with the setting to use in its place. */
export function fieldsOfSettings(settings: Pick<PromptSettings, 'url' | 'temperature' | 'responseSchema'>): {
  readonly [field: string]: string;
} {
  const { url, temperature, responseSchema } = settings;
  return {
    model: 'model',
    ...(temperature === null ? {} : { temperature: 'temperature' }),
    ...(url === '/v1/responses'
      ? { input: 'user', instructions: 'system', max_output_tokens: 'maxTokens' }
      : { messages: 'system and user', max_tokens: 'maxTokens', max_completion_tokens: 'maxTokens' }),
    ...(url === '/v1/chat/completions' && responseSchema !== null ? { response_format: 'responseFormat' } : {}),
  };
}

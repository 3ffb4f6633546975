import { OpenAiError } from '../http/openai-error.js';
import { isSchema } from '../answers/json-schema.js';
import type { TokenCounter } from '../tokens/token-counter.js';
import { countPrompt } from './count-prompt.js';
import { generateText } from './generate-text.js';
import type { Model } from './models.js';
import { cachedTokens, type Body, type PerformContext, type Performed } from './performed.js';
import { readMessages } from './read-messages.js';
import { serviceTierOf } from './service-tier.js';
import type { Message } from './read-messages.js';

export function performResponse(body: Body, model: Model, tokens: TokenCounter, context: PerformContext): Performed {
  const format = isSchema(body['text']) ? body['text']['format'] : undefined;
  const messages = messagesOf(body);
  const generated = generateText(
    { messages, inputTokens: countPrompt(messages, body, tokens) },
    model,
    { value: format, param: 'text.format' },
    { value: body['max_output_tokens'], param: 'max_output_tokens' },
    tokens,
    context,
  );
  const { inputTokens, outputTokens, cut, refusal, text } = generated;
  const status = cut ? 'incomplete' : 'completed';
  const hash = context.requestHash;
  const cached = cachedTokens(inputTokens, context);
  const serviceTier = serviceTierOf(body, model, context);
  const json = JSON.stringify({
    id: `resp_${hash}`,
    object: 'response',
    created_at: context.nowSeconds,
    status,
    background: false,
    error: null,
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    metadata: body['metadata'] ?? {},
    model: body['model'],
    output: [
      {
        id: `msg_${hash}`,
        type: 'message',
        status,
        role: 'assistant',
        content: [
          refusal ? { type: 'refusal', refusal: text } : { type: 'output_text', annotations: [], logprobs: [], text },
        ],
      },
    ],
    parallel_tool_calls: true,
    previous_response_id: null,
    service_tier: context.answeredTier ?? serviceTier,
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? 1,
    text: { format: format ?? { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: body['top_p'] ?? 1,
    truncation: 'disabled',
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  });
  return { json, model, usage: { inputTokens, outputTokens, cachedTokens: cached }, serviceTier };
}

function messagesOf(body: Body): Message[] {
  const { input, instructions } = body;
  const instructed: Message[] =
    typeof instructions === 'string' ? [{ role: 'developer', name: null, text: instructions }] : [];
  if (typeof input === 'string') return [...instructed, { role: 'user', name: null, text: input }];
  if (input === undefined) throw new OpenAiError(400, "Missing required parameter: 'input'.", { param: 'input' });
  return [...instructed, ...readMessages(input, 'input')];
}

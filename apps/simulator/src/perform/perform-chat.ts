import { OpenAiError } from '../http/openai-error.js';
import type { TokenCounter } from '../tokens/token-counter.js';
import { countPrompt } from './count-prompt.js';
import { generateText } from './generate-text.js';
import type { Generated } from './generate-text.js';
import type { Model } from './models.js';
import { cachedTokens, type Body, type PerformContext, type Performed } from './performed.js';
import { serviceTierOf } from './service-tier.js';
import { readMessages } from './read-messages.js';

export function performChat(body: Body, model: Model, tokens: TokenCounter, context: PerformContext): Performed {
  const param = body['max_completion_tokens'] === undefined ? 'max_tokens' : 'max_completion_tokens';
  const messages = readMessages(body['messages'], 'messages');
  const generated = generateText(
    { messages, inputTokens: countPrompt(messages, body, tokens) },
    model,
    { value: body['response_format'], param: 'response_format' },
    { value: body[param], param },
    tokens,
    context,
  );
  const count = readCount(body['n']);
  const serviceTier = serviceTierOf(body, model, context);
  const usage = {
    inputTokens: generated.inputTokens,
    outputTokens: generated.outputTokens * count,
    cachedTokens: cachedTokens(generated.inputTokens, context),
  };
  const json = JSON.stringify({
    id: `chatcmpl-${context.requestHash.slice(0, 24)}`,
    object: 'chat.completion',
    created: context.nowSeconds,
    model: body['model'],
    choices: Array.from({ length: count }, (_, index) => choice(generated, index)),
    usage: {
      prompt_tokens: usage.inputTokens,
      completion_tokens: usage.outputTokens,
      total_tokens: usage.inputTokens + usage.outputTokens,
      prompt_tokens_details: { cached_tokens: usage.cachedTokens, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 0,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    },
    service_tier: context.answeredTier ?? serviceTier,
    system_fingerprint: 'fp_simulated',
  });
  return { json, model, usage, serviceTier };
}

function choice({ text, refusal, cut }: Generated, index: number): object {
  return {
    index,
    message: { role: 'assistant', content: refusal ? null : text, refusal: refusal ? text : null, annotations: [] },
    logprobs: null,
    finish_reason: cut ? 'length' : 'stop',
  };
}

function readCount(value: unknown): number {
  if (value === undefined || value === null) return 1;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 128) return value;
  throw new OpenAiError(400, "Invalid 'n': expected a whole number from 1 to 128.", { param: 'n' });
}

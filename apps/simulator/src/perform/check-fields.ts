import { OpenAiError } from '../http/openai-error.js';
import type { Model } from './models.js';
import type { Body } from './performed.js';

/** Reasoning models take neither `max_tokens` nor another temperature than 1. Throws what OpenAI answers. */
export function checkFields(body: Body, model: Model): void {
  if (!model.reasons) return;
  if (body['max_tokens'] !== undefined) {
    throw new OpenAiError(
      400,
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      { param: 'max_tokens', code: 'unsupported_parameter' },
    );
  }
  const { temperature } = body;
  if (temperature !== undefined && temperature !== 1) {
    throw new OpenAiError(
      400,
      `Unsupported value: 'temperature' does not support ${JSON.stringify(temperature)} with this model. Only the default (1) value is supported.`,
      { param: 'temperature', code: 'unsupported_value' },
    );
  }
}

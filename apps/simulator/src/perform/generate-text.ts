import { answerFromText } from '../answers/answer-from-text.js';
import { instanceOfSchema } from '../answers/instance-of-schema.js';
import { isSchema } from '../answers/json-schema.js';
import { OpenAiError } from '../http/openai-error.js';
import type { TokenCounter } from '../tokens/token-counter.js';
import { checkStrictSchema } from './check-strict-schema.js';
import type { Model } from './models.js';
import type { PerformContext } from './performed.js';
import type { Message } from './read-messages.js';
import { promptOf } from './read-messages.js';

export interface Generated {
  readonly text: string;
  readonly refusal: boolean;
  /** True when the requested maximum cut it off. */
  readonly cut: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const refusalText = "I'm sorry, I can't assist with that.";

/** Writes a model's answer to the messages. `format` is what `response_format` or `text.format` holds. */
export function generateText(
  { messages, inputTokens }: { readonly messages: readonly Message[]; readonly inputTokens: number },
  { maxInputTokens, maxOutputTokens }: Model,
  format: { readonly value: unknown; readonly param: string },
  maxTokens: { readonly value: unknown; readonly param: string },
  tokens: TokenCounter,
  { refuse, halve = false }: Pick<PerformContext, 'refuse' | 'halve'>,
): Generated {
  const limit = readMaxTokens(maxTokens.value, maxTokens.param, maxOutputTokens);
  if (inputTokens > maxInputTokens) {
    throw new OpenAiError(
      400,
      `This model's maximum context length is ${maxInputTokens} tokens. However, your messages resulted in ` +
        `${inputTokens} tokens. Please reduce the length of the messages.`,
      { param: 'messages', code: 'context_length_exceeded' },
    );
  }
  const whole = refuse ? refusalText : write(promptOf(messages), format.value, format.param);
  const full = halve ? whole.slice(0, Math.ceil(whole.length / 2)) : whole;
  const fullTokens = tokens.count(full);
  const cut = fullTokens > limit;
  return {
    text: cut ? tokens.truncate(full, limit) : full,
    refusal: refuse,
    cut,
    inputTokens,
    outputTokens: cut ? limit : fullTokens,
  };
}

function write(prompt: string, format: unknown, param: string): string {
  if (format === undefined || format === null) return answerFromText(prompt);
  const type = isSchema(format) ? format['type'] : undefined;
  if (type === 'text') return answerFromText(prompt);
  if (type === 'json_object') return JSON.stringify({ answer: answerFromText(prompt) });
  if (type !== 'json_schema' || !isSchema(format)) {
    throw new OpenAiError(400, `Invalid value for '${param}.type'.`, { param });
  }
  const described = isSchema(format['json_schema']) ? format['json_schema'] : format;
  if (typeof described['name'] !== 'string' || !isSchema(described['schema'])) {
    throw new OpenAiError(400, `Missing required parameter: '${param}' needs a name and a schema.`, { param });
  }
  if (described['strict'] === true) checkStrictSchema(described['schema'], { name: described['name'], param });
  return JSON.stringify(instanceOfSchema(described['schema'], prompt));
}

function readMaxTokens(value: unknown, param: string, most: number): number {
  if (value === undefined || value === null) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && value > most) {
    throw new OpenAiError(
      400,
      `${param} is too large: ${value}. This model supports at most ${most} completion tokens, whereas you provided ${value}.`,
      { param, code: 'invalid_value' },
    );
  }
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
  throw new OpenAiError(400, `Invalid '${param}': expected a whole number of at least 1.`, { param });
}

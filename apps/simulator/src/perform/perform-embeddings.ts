import { TextEmbedder } from '../embeddings/text-embedder.js';
import { writeVector } from '../embeddings/write-vector.js';
import { OpenAiError } from '../http/openai-error.js';
import type { Limits } from '../limits.js';
import type { TokenCounter } from '../tokens/token-counter.js';
import { invalid, readEmbeddingInputs } from './embedding-inputs.js';
import type { Model } from './models.js';
import type { Body, PerformContext, Performed } from './performed.js';

const embedder = new TextEmbedder();

export function performEmbeddings(
  body: Body,
  model: Model,
  tokens: TokenCounter,
  { limits }: PerformContext,
): Performed {
  const texts = readEmbeddingInputs(body['input'], tokens);
  const inputTokens = countTokens(texts, tokens, limits);
  const dimensions = readDimensions(body['dimensions'], model);
  const format = readFormat(body['encoding_format']);
  const data = texts.map((text, index) => {
    const vector = writeVector(embedder.embed(text, dimensions), format);
    return `{"object":"embedding","index":${index},"embedding":${vector}}`;
  });
  const name = JSON.stringify(body['model']);
  const usage = `{"prompt_tokens":${inputTokens},"total_tokens":${inputTokens}}`;
  const json = `{"object":"list","data":[${data.join(',')}],"model":${name},"usage":${usage}}`;
  return { json, model, usage: { inputTokens, outputTokens: 0 }, serviceTier: 'default' };
}

function countTokens(texts: readonly string[], tokens: TokenCounter, limits: Limits): number {
  if (texts.length > limits.maxInputsPerRequest) {
    throw invalid(`'$.input' is too long: ${texts.length} inputs, the maximum is ${limits.maxInputsPerRequest}.`);
  }
  let total = 0;
  for (const text of texts) {
    if (text === '') throw invalid("'$.input' is invalid: an input is an empty string.");
    const count = tokens.count(text);
    if (count > limits.maxTokensPerInput) {
      const limit = limits.maxTokensPerInput;
      throw invalid(
        `This model's maximum context length is ${limit} tokens, however you requested ${count} tokens (${count} in ` +
          'your prompt; 0 for the completion). Please reduce your prompt; or completion length.',
      );
    }
    total += count;
  }
  if (total > limits.maxTokensPerRequest) {
    throw new OpenAiError(400, `Requested ${total} tokens, max ${limits.maxTokensPerRequest} tokens per request`, {
      type: 'max_tokens_per_request',
      code: 'max_tokens_per_request',
    });
  }
  return total;
}

function readDimensions(requested: unknown, model: Model): number {
  if (requested === undefined || requested === null) return model.dimensions;
  if (!model.shortens) {
    throw new OpenAiError(400, 'This model does not support specifying dimensions.', { param: 'dimensions' });
  }
  if (typeof requested !== 'number' || !Number.isInteger(requested) || requested < 1 || requested > model.dimensions) {
    throw new OpenAiError(
      400,
      `Invalid value for 'dimensions': expected a whole number from 1 to ${model.dimensions}.`,
      { param: 'dimensions' },
    );
  }
  return requested;
}

function readFormat(requested: unknown): 'float' | 'base64' {
  if (requested === undefined || requested === null || requested === 'float') return 'float';
  if (requested === 'base64') return 'base64';
  throw new OpenAiError(400, "Invalid value for 'encoding_format': expected 'float' or 'base64'.", {
    param: 'encoding_format',
  });
}

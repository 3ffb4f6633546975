import { readPath } from '@batchmill/documents';
import type { Usage } from '@batchmill/models';

/** Chat and embeddings report `prompt_tokens` and `completion_tokens`, responses `input_tokens` and `output_tokens`. */
export function usageOf(body: unknown): Usage {
  const usage = readPath(body, 'usage');
  return {
    inputTokens: tokens(readPath(usage, 'prompt_tokens') ?? readPath(usage, 'input_tokens')),
    outputTokens: tokens(readPath(usage, 'completion_tokens') ?? readPath(usage, 'output_tokens')),
  };
}

function tokens(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

import { readPath } from '../read-path.js';

/** Tokens that the provider bills. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A request without usage is not billed. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

/** Chat and embeddings say `prompt_tokens` and `completion_tokens`, responses `input_tokens` and `output_tokens`. */
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

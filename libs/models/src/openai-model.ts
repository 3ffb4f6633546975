import { baseModelOf } from './base-model.js';

/**
 * True when the name tells that OpenAI makes the model and serves it, itself or through Azure, so that its published rules hold.
 * Not for its open weights: any server may run them by rules of its own.
 */
export function isOpenAiModel(model: string): boolean {
  return /^(?:gpt-(?!oss)|chatgpt-|(?:o\d+|codex)(?![a-z\d]))/.test(baseModelOf(model));
}

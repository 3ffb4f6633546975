export type TokenEncoding = 'cl100k_base' | 'o200k_base';

/** https://github.com/openai/tiktoken/blob/main/tiktoken/model.py; models that are not known there count as the newest. */
export function encodingOf(model: string): TokenEncoding {
  return /^(?:text-embedding-|gpt-4(?!o|\.1|\.5)|gpt-3\.5)/.test(model) ? 'cl100k_base' : 'o200k_base';
}

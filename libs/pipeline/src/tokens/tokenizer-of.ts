import { createRequire } from 'node:module';
import type * as Cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import type { TokenEncoding } from './encoding-of.js';

export interface Tokenizer {
  count(text: string): number;
  /** Token numbers of as many tokens as are wanted. */
  encode(text: string): readonly number[];
  decode(tokens: readonly number[]): string;
}

const load = createRequire(import.meta.url);
const loaded = new Map<TokenEncoding, Tokenizer>();
/** Users' texts may spell special tokens: they are text there. */
const asText = { disallowedSpecial: new Set<string>() };

/** Loaded when first needed: an encoding's table takes a quarter of a second and 40 MB, and most services count nothing. */
export function tokenizerOf(encoding: TokenEncoding): Tokenizer {
  const known = loaded.get(encoding);
  if (known !== undefined) return known;
  // Both tables are modules of the same shape.
  const library = load(`gpt-tokenizer/encoding/${encoding}`) as typeof Cl100k;
  const tokenizer: Tokenizer = {
    count: (text) => library.countTokens(text, asText),
    encode: (text) => library.encode(text, asText),
    decode: (tokens) => library.decode(tokens),
  };
  loaded.set(encoding, tokenizer);
  return tokenizer;
}

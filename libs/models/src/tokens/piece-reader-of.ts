import { createRequire } from 'node:module';
import type * as Cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import { baseModelOf } from '../base-model.js';
import { PieceReader } from './piece-reader.js';

type TokenEncoding = 'cl100k_base' | 'o200k_base';

const load = createRequire(import.meta.url);
const loaded = new Map<TokenEncoding, PieceReader>();
/** Users' texts may contain special tokens. They count as ordinary text. */
const asText = { disallowedSpecial: new Set<string>() };

/** The reader of a model's encoding, loaded at first use: an encoding takes 250 ms and 40 MB, and most services need none. */
export function pieceReaderOf(model: string): PieceReader {
  const encoding = encodingOf(model);
  const known = loaded.get(encoding);
  if (known !== undefined) return known;
  // Both encodings are modules of the same shape.
  const library = load(`gpt-tokenizer/encoding/${encoding}`) as typeof Cl100k;
  const reader = new PieceReader((piece) => library.countTokens(piece, asText));
  loaded.set(encoding, reader);
  return reader;
}

/** https://github.com/openai/tiktoken/blob/main/tiktoken/model.py; unknown models count as the newest. */
function encodingOf(model: string): TokenEncoding {
  return /^(?:text-embedding-|gpt-4(?!o|\.1|\.5)|gpt-3)/.test(baseModelOf(model)) ? 'cl100k_base' : 'o200k_base';
}

import { createRequire } from 'node:module';
import type * as Cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import { encodingOf, type TokenEncoding } from './encoding-of.js';
import { PieceReader } from './piece-reader.js';

const load = createRequire(import.meta.url);
const loaded = new Map<TokenEncoding, PieceReader>();
/** Users' texts may spell special tokens: they are text there. */
const asText = { disallowedSpecial: new Set<string>() };

/** Loaded when first needed: an encoding takes a quarter of a second and 40 MB, and most services count nothing. */
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

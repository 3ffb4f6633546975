import { pieceReaderOf } from './piece-reader-of.js';

/** Counting longer texts would take too long. They are estimated as one token per four bytes. */
const maxExactCharacters = 2_000_000;

/** The number of tokens of a text for a model. Special tokens in it count as ordinary text. */
export function countTokens(text: string, model: string): number {
  if (text.length > maxExactCharacters) return Math.ceil(Buffer.byteLength(text) / 4);
  const reader = pieceReaderOf(model);
  let tokens = 0;
  for (let from = 0; from < text.length; from = reader.end) tokens += reader.read(text, from);
  return tokens;
}

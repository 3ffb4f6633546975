import { pieceReaderOf } from './piece-reader-of.js';

/** Above this many characters a count would take longer than it is worth: four bytes count as one token. */
const maxExactCharacters = 2_000_000;

/** How many tokens a text is for a model. Special tokens in it count as the text that they are. */
export function countTokens(text: string, model: string): number {
  if (text.length > maxExactCharacters) return Math.ceil(Buffer.byteLength(text) / 4);
  const reader = pieceReaderOf(model);
  let tokens = 0;
  for (let from = 0; from < text.length; from = reader.end) tokens += reader.read(text, from);
  return tokens;
}

import { countTokens } from './count-tokens.js';
import { pieceReaderOf } from './piece-reader-of.js';

/** Pieces of at least this many characters are cut. Shorter ones are words and left out whole. */
const longPiece = 100;

/** The longest start of a text that ends with a whole word and has at most `maxTokens` for the model. */
export function truncateText(text: string, model: string, maxTokens: number): string {
  const reader = pieceReaderOf(model);
  let left = maxTokens;
  for (let from = 0; from < text.length; from = reader.end) {
    const tokens = reader.read(text, from);
    if (tokens > left) {
      const piece = text.slice(from, reader.end);
      return text.slice(0, from) + (piece.length < longPiece ? '' : longestFitting(piece, model, left));
    }
    left -= tokens;
  }
  return text;
}

/** Cuts between code points, so that surrogate pairs stay whole. */
function longestFitting(piece: string, model: string, maxTokens: number): string {
  const characters = Array.from(piece);
  let fits = 0;
  let tooMany = characters.length;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (countTokens(characters.slice(0, middle).join(''), model) <= maxTokens) fits = middle;
    else tooMany = middle;
  }
  return characters.slice(0, fits).join('');
}

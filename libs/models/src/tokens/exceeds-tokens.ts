import { pieceReaderOf } from './piece-reader-of.js';

/** True when a text has more tokens than this for a model. Texts of any length are counted exactly, as far as it takes. */
export function exceedsTokens(text: string, model: string, maxTokens: number): boolean {
  const reader = pieceReaderOf(model);
  let tokens = 0;
  for (let from = 0; from < text.length && tokens <= maxTokens; from = reader.end) tokens += reader.read(text, from);
  return tokens > maxTokens;
}

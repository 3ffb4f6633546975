import { cutRuns } from './cut-runs.js';
import { encodingOf } from './encoding-of.js';
import { tokenizerOf } from './tokenizer-of.js';

/** Above this many characters a count would take longer than it is worth: four bytes count as one token. */
const maxExactCharacters = 1_000_000;

/** How many tokens a text is for a model. Special tokens in it count as the text that they are. */
export function countTokens(text: string, model: string): number {
  if (text.length > maxExactCharacters) return Math.ceil(Buffer.byteLength(text) / 4);
  const tokenizer = tokenizerOf(encodingOf(model));
  let tokens = 0;
  for (const piece of cutRuns(text)) tokens += tokenizer.count(piece);
  return tokens;
}

import { countTokens } from './count-tokens.js';
import { cutRuns } from './cut-runs.js';
import { encodingOf } from './encoding-of.js';
import { tokenizerOf } from './tokenizer-of.js';

/** The longest beginning of a text, to within a few tokens, that is at most `maxTokens` for the model. */
export function truncateText(text: string, model: string, maxTokens: number): string {
  const tokenizer = tokenizerOf(encodingOf(model));
  // No token is without a byte, and none is longer than 128: more than this can never fit.
  const head = text.slice(0, maxTokens * 128);
  let kept = '';
  let left = maxTokens;
  for (const piece of cutRuns(head)) {
    const tokens = tokenizer.encode(piece);
    if (tokens.length > left) {
      kept += decodeWhole(tokens.slice(0, left), tokenizer);
      break;
    }
    kept += piece;
    left -= tokens.length;
  }
  // Counted anew, the end may split differently.
  while (countTokens(kept, model) > maxTokens) kept = kept.slice(0, -16);
  return kept;

  function decodeWhole(tokens: readonly number[], by: { decode(tokens: readonly number[]): string }): string {
    return by.decode(tokens).replace(/�+$/, '');
  }
}

import { describe, expect, it } from '@jest/globals';
import { countTokens } from './count-tokens.js';
import { truncateText } from './truncate-text.js';

const model = 'text-embedding-3-small';

describe('truncateText', () => {
  it('returns a text that fits unchanged', () => {
    expect(truncateText('one two three', model, 3)).toBe('one two three');
  });

  it('ends with a whole word', () => {
    expect(truncateText('one two antidisestablishmentarianism', model, 4)).toBe('one two');
  });

  it.each([
    ['words', 'lorem ipsum dolor '.repeat(5000)],
    ['ideographs', '漢字仮名'.repeat(5000)],
    ['emoji', '👩‍👩‍👧'.repeat(5000)],
    ['one letter', 'a'.repeat(100_000)],
    ['punctuation', '=-#'.repeat(40_000)],
  ])('%s are cut to just below the limit', (_, text) => {
    const cut = truncateText(text, model, 8192);

    const tokens = countTokens(cut, model);
    expect(tokens).toBeLessThanOrEqual(8192);
    expect(tokens).toBeGreaterThan(8150);
    expect(text.startsWith(cut)).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
  });
});

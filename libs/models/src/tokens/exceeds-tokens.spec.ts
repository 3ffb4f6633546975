import { describe, expect, it } from '@jest/globals';
import { countTokens } from './count-tokens.js';
import { exceedsTokens } from './exceeds-tokens.js';

describe('exceedsTokens', () => {
  it('E4: the count decides, to the token', () => {
    const text = 'The mill turns. '.repeat(50);
    const tokens = countTokens(text, 'gpt-4o-mini');

    expect(exceedsTokens(text, 'gpt-4o-mini', tokens)).toBe(false);
    expect(exceedsTokens(text, 'gpt-4o-mini', tokens - 1)).toBe(true);
    expect(exceedsTokens('', 'gpt-4o-mini', 0)).toBe(false);
  });

  it('E4: a text whose count is only estimated elsewhere is counted', () => {
    const text = ' internationalization'.repeat(100_000);

    expect(countTokens(text, 'gpt-4o-mini')).toBeGreaterThan(500_000);
    expect(exceedsTokens(text, 'gpt-4o-mini', 200_000)).toBe(false);
  });
});

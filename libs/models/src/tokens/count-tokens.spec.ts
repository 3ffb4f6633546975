import { seededRandom } from '@batchmill/testing';
import { describe, expect, it } from '@jest/globals';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens } from './count-tokens.js';

const asText = { disallowedSpecial: new Set<string>() };
const parts = [
  'word',
  ' word',
  ' ',
  '  ',
  '\n',
  '\n\n',
  '\t',
  '.',
  ', ',
  "don't",
  "I'LL",
  '12345',
  ' 7',
  'Übergröße',
  ' naïve',
  '漢字',
  ' 漢字',
  '👩‍👩‍👧',
  '\u2003',
  '\u00a0',
  ' —',
  '“q”',
  '{"a":[1,2]}',
  '//',
  ' foo(bar)',
  'camelCaseWord',
  'UPPER',
  '\r\n',
  ' /path/to',
  '<|endoftext|>',
  'e\u0301',
];

describe('countTokens', () => {
  it('counts like the tokenizer, for texts of any composition', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 1000; round++) {
      const length = 1 + Math.floor(random() * 30);
      const text = Array.from({ length }, () => parts[Math.floor(random() * parts.length)]).join('');

      expect([text, countTokens(text, 'text-embedding-3-small')]).toEqual([text, countCl100k(text, asText)]);
      expect([text, countTokens(text, 'gpt-4o')]).toEqual([text, countO200k(text, asText)]);
    }
  });

  it('counts the same when the counts of its pieces are cached', () => {
    const text = 'The quick brown fox jumps over the lazy dog, again and again.';

    expect(countTokens(text, 'gpt-4o')).toBe(countTokens(text, 'gpt-4o'));
  });

  it.each([
    ['a letter', 'a'],
    ['an ideograph', '漢'],
    ['a pair of surrogates', '👍'],
    ['a space', ' '],
    ['a newline', '\n'],
    ['punctuation', '=-'],
  ])('a run of 100,000 times %s is counted to within 2 percent, without taking quadratic time', (_, unit) => {
    const short = unit.repeat(1000);
    const expected = countCl100k(short, asText) * 100;

    const counted = countTokens(unit.repeat(100_000), 'text-embedding-3-small');

    expect(Math.abs(counted - expected)).toBeLessThanOrEqual(Math.max(300, expected / 50));
  });

  it('a text of many megabytes is estimated', () => {
    expect(countTokens('x'.repeat(8_000_000), 'gpt-4o')).toBe(2_000_000);
  });

  it('half a surrogate pair is counted without an error', () => {
    expect(countTokens('a \ud83d b', 'gpt-4o')).toBeGreaterThan(2);
  });

  it('uses the encoding of the model', () => {
    const text = '漢字かな交じり文を数える';

    expect(countTokens(text, 'gpt-4-turbo')).toBe(countCl100k(text));
    expect(countTokens(text, 'text-embedding-ada-002')).toBe(countCl100k(text));
    for (const model of ['gpt-4o', 'gpt-4.1-mini', 'gpt-5', 'o3', 'unknown-model']) {
      expect(countTokens(text, model)).toBe(countO200k(text));
    }
  });
});

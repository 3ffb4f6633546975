import { describe, expect, it } from '@jest/globals';
import { wrapped } from './wrapped.js';

describe('wrapped', () => {
  it.each([
    ['words stay whole', 'one two three four', 10, ['one two', 'three four']],
    ['a word that is too long is broken', 'abcdefghijklmno', 10, ['abcdefghij', 'klmno']],
    ['lines and what begins them stay', 'a\n\n  - b', 20, ['a', '', '  - b']],
    ['a line of a long word behind spaces ends', '          abcdefghijk', 10, ['', 'abcdefghij', 'k']],
    ['what a terminal would obey is not printed', 'a\u001b[2Jb\tc', 20, ['a\ufffd[2Jb    c']],
  ])('%s', (_, text, columns, lines) => {
    expect(wrapped(text, columns)).toEqual(lines);
  });

  it('on a wide screen lines are no wider than one reads', () => {
    expect(Math.max(...wrapped('word '.repeat(100), 400).map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

import { describe, expect, it } from '@jest/globals';
import { terminalColumns, wrapText } from './terminal.js';

describe('terminalColumns', () => {
  it.each([
    [{ isTTY: true, columns: 120 }, 120],
    [{ isTTY: true, columns: 0 }, 80],
    [{ isTTY: true }, 80],
    [{ columns: 40 }, 200],
  ])('%j is %d columns wide', (out, columns) => {
    expect(terminalColumns(out)).toBe(columns);
  });
});

describe('wrapText', () => {
  it.each([
    ['keeps words whole', 'one two three four', 10, ['one two', 'three four']],
    ['breaks a word that is too long', 'abcdefghijklmno', 10, ['abcdefghij', 'klmno']],
    ['keeps line breaks and indentation', 'a\n\n  - b', 20, ['a', '', '  - b']],
    ['ends with a long word behind spaces', '          abcdefghijk', 10, ['', 'abcdefghij', 'k']],
    ['replaces control characters', 'a\u001b[2Jb\tc', 20, ['a\ufffd[2Jb    c']],
  ])('%s', (_, text, columns, lines) => {
    expect(wrapText(text, columns)).toEqual(lines);
  });

  it('keeps lines to a readable width on a wide terminal', () => {
    expect(Math.max(...wrapText('word '.repeat(100), 400).map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});

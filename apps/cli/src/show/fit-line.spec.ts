import { describe, expect, it } from '@jest/globals';
import { cutText, fitLine, fitLines, fittingLength, textColumns, type Part } from './fit-line.js';
import { noPaint } from './paint.js';

const parts: readonly Part[] = [
  { text: '1,956 at the provider', weight: 3 },
  { text: '800 done there', weight: 1, glue: ', ' },
  { text: '12 failed', weight: 9 },
];

describe('fitLine', () => {
  it.each([
    [60, '1,956 at the provider, 800 done there · 12 failed'],
    [48, '1,956 at the provider · 12 failed'],
    [32, '12 failed'],
    [7, '12…'],
  ])('at %d columns the least important parts are left out whole: %s', (columns, line) => {
    expect(fitLine(parts, columns, noPaint)).toBe(line);
  });

  it('the name of a group stands before whichever of its parts is shown first', () => {
    const grouped = parts.map((part) => ({ ...part, group: 'requests' }));

    expect(fitLine(grouped, 80, noPaint)).toBe('requests: 1,956 at the provider, 800 done there, 12 failed');
    expect(fitLine(grouped, 20, noPaint)).toBe('requests: 12 failed');
  });

  it('colours take no columns', () => {
    const paint = (style: string, text: string): string => `\u001b[31m${style}:${text}\u001b[39m`;

    expect(fitLine([{ text: 'ab', weight: 1, style: 'red' }], 2, paint)).toBe('\u001b[31mred:ab\u001b[39m');
  });

  it('on more lines fewer parts are left out', () => {
    const broken = fitLines(parts, { columns: 22, lines: 2, paint: noPaint });

    expect(broken).toEqual(['1,956 at the provider', '12 failed']);
  });
});

describe('cutText', () => {
  it.each([
    ['short', 10, 'short'],
    ['two words', 8, 'two…'],
    ['averylongword', 6, 'avery…'],
    ['about 1,234,567 bytes', 10, 'about…'],
    ['at 1,234,567', 8, 'at…'],
    ['total1,234,567', 9, 'total…'],
    ['年次報告書', 6, '年次…'],
  ])('cuts %p to %d columns between words, and never within a number: %p', (text, columns, cut) => {
    expect(cutText(text, columns)).toBe(cut);
    expect(textColumns(cut)).toBeLessThanOrEqual(columns);
  });
});

it('characters of East Asian scripts and emoji take two columns', () => {
  expect(textColumns('年次🎉a')).toBe(7);
  expect(fittingLength('年次報告', 5)).toBe(2);
});

import { describe, expect, it } from '@jest/globals';
import { shownRowsIn } from '../tools/reference/shown-rows.js';

const sentencesIn = (source: string): string[] => shownRowsIn(source).map(({ sentence }) => sentence);

describe('the line of a test in docs/reference/requirements.md', () => {
  it('T0: a title names the rows that it shows, and a title without rows is left out', () => {
    const source =
      "it('R7 S5: one is taken', work); it('another', work); onLinux('R2: on Linux', work); it('N1, N2 interleaving 9: both', work);";

    expect(shownRowsIn(source)).toEqual([
      { rows: ['R7', 'S5'], sentence: 'one is taken' },
      { rows: ['R2'], sentence: 'on Linux' },
      { rows: ['N1', 'N2'], sentence: 'both' },
    ]);
  });

  it.each([
    ['values in turn', "it.each([['a', 1], ['b', 2]])('R1: %s costs %d %%', work);", ['a costs 1 %', 'b costs 2 %']],
    ['values by name', "it.each([{ state: 'built' }])('R1: $state is done', work);", ['built is done']],
    ['values of a constant', "const all = ['a'] as const; it.each(all)('R1: of %j', work);", ['of "a"']],
    ['the first of many', 'it.each([1, 2, 3, 4])("R1: %i is even", work);', ['1 is even (and 3 more)']],
    [
      'the end of a title omitted',
      'it.each([1, 2])("R1: a number is even: %i", work);',
      ['a number is even (2 cases)'],
    ],
    ['computed values at the end', 'it.each(numbers())("R1: a number is even: %i", work);', ['a number is even']],
  ])('T0: a placeholder is never printed: %s', (_, source, sentences) => {
    expect(sentencesIn(source)).toEqual(sentences);
  });

  it('computed values elsewhere are refused, and the message says where a placeholder may stand', () => {
    expect(() => sentencesIn('it.each(numbers())("R1: %i is even", work);')).toThrow(
      '"%i is even": found a table that is no literal of the file, expected the placeholder at the end, after a colon',
    );
  });
});

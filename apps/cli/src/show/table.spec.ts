import { expect, it } from '@jest/globals';
import { table, type Column } from './table.js';

const columns: readonly Column[] = [
  { title: 'RUN' },
  { title: 'ENDPOINT', spare: 1 },
  { title: 'TOTAL', right: true },
  { title: 'STARTED', spare: 2 },
  { title: 'REASON' },
];
const rows = [
  ['first', 'embeddings', '1,234', '10:00', 'a reason that is long'],
  ['2', '', '5', '', ''],
];

it('columns are as wide as their widest cell, and numbers are aligned to the right', () => {
  expect(table(columns, rows, 80)).toBe(
    [
      'RUN    ENDPOINT    TOTAL  STARTED  REASON',
      'first  embeddings  1,234  10:00    a reason that is long',
      '2                      5',
      '',
    ].join('\n'),
  );
});

it('on a narrow terminal the columns that can be spared are left out, the least important first', () => {
  expect(table(columns, rows, 50).split('\n')[0]).toBe('RUN    ENDPOINT    TOTAL  REASON');
  expect(table(columns, rows, 40).split('\n')[0]).toBe('RUN    TOTAL  REASON');
});

it('a line that still does not fit is cut, and ends with an ellipsis', () => {
  const lines = table(columns, rows, 20).trimEnd().split('\n');

  expect(lines[1]).toBe('first  1,234  a rea…');
  expect(lines.every((line) => line.length <= 20)).toBe(true);
});

it('without rows the titles alone are printed', () => {
  expect(table(columns, [], 80)).toBe('RUN  ENDPOINT  TOTAL  STARTED  REASON\n');
});

import { expect, it } from '@jest/globals';
import { screenColumns } from './screen-columns.js';

it.each([
  [{ isTTY: true, columns: 120 }, 120],
  [{ isTTY: true, columns: 0 }, 80],
  [{ isTTY: true }, 80],
  [{ columns: 40 }, 200],
])('%j is %d columns wide', (out, columns) => {
  expect(screenColumns(out)).toBe(columns);
});

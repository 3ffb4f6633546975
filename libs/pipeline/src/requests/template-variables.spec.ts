import { expect, it } from '@jest/globals';
import { singularOf } from './template-variables.js';

it.each([
  ['questions', 'question'],
  ['companies', 'company'],
  ['boxes', 'box'],
  ['classes', 'class'],
  ['list', 'item'],
])('the items of %s are called %s', (plural, singular) => {
  expect(singularOf(plural)).toBe(singular);
});

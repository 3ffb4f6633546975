import { expect, it } from '@jest/globals';
import { singularOf } from './template-variables.js';

it.each([
  ['questions', 'question'],
  ['companies', 'company'],
  ['boxes', 'box'],
  ['classes', 'class'],
  ['list', 'item'],
])('an item of %s is called %s', (plural, singular) => {
  expect(singularOf(plural)).toBe(singular);
});

import { expect, it } from '@jest/globals';
import { ObjectId } from 'bson';
import { formsOfId } from './forms-of-id.js';

const hex = '64af0123456789abcdef0123';

it.each<[string | number, unknown[]]>([
  ['report 1', ['report 1']],
  [7, [7]],
  ['7', ['7', 7]],
  ['-1.5', ['-1.5', -1.5]],
  ['007', ['007']],
  [' ', [' ']],
  [hex, [hex, new ObjectId(hex)]],
  [hex.toUpperCase(), [hex.toUpperCase(), new ObjectId(hex)]],
])('E1: %j may stand for %j', (id, forms) => {
  expect(formsOfId(id)).toEqual(forms);
});

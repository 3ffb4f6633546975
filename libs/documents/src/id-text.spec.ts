import { expect, it } from '@jest/globals';
import { Long, ObjectId, UUID } from 'bson';
import { idText } from './id-text.js';

it.each<[unknown, string]>([
  ['report 1', 'report 1'],
  [new ObjectId('64af0123456789abcdef0123'), '64af0123456789abcdef0123'],
  [7, '7'],
  [-1.5, '-1.5'],
  [Long.fromString('9007199254740993'), '9007199254740993'],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new UUID('38105f18-73f7-4b2d-bdb7-73b3cfafbb2d').toBinary(), '38105f18-73f7-4b2d-bdb7-73b3cfafbb2d'],
  [{ a: 1 }, '{"a":{"$numberInt":"1"}}'],
  [undefined, ''],
  [null, ''],
])('E4: %p is stored as %p', (id, text) => {
  expect(idText(id)).toBe(text);
});

import { expect, it } from '@jest/globals';
import { readMappedPath, readPath } from './paths.js';

it('C3: reads through objects and lists', () => {
  const document = { a: { b: [{ c: 1 }] }, 'x.y': 2 };

  expect(readPath(document, 'a.b.0.c')).toBe(1);
  expect(readPath(document, 'a.b.1.c')).toBeUndefined();
  expect(readPath(document, 'a.b.c')).toBeUndefined();
  expect(readPath(null, 'a')).toBeUndefined();
});

it('reads own properties only', () => {
  expect(readPath({}, 'constructor.name')).toBeUndefined();
  expect(readPath({ a: 'text' }, 'a.length')).toBeUndefined();
});

it.each<[string, unknown]>([
  ['vendor.name', 'Mill'],
  ['lines.description', ['flour', 'bran']],
  ['lines.parts.name', [['wheat', 'rye'], []]],
  ['lines.1.description', 'bran'],
  ['lines.price', undefined],
  ['none.description', []],
  ['vendor.name.first', undefined],
  ['lines.length', undefined],
])('C3: a mapped path reaches into lists: %s', (path, expected) => {
  const document = {
    vendor: { name: 'Mill' },
    lines: [
      { description: 'flour', parts: [{ name: 'wheat' }, { name: 'rye' }] },
      { description: 'bran', parts: [] },
      {},
    ],
    none: [],
  };

  expect(readMappedPath(document, path)).toEqual(expected);
});

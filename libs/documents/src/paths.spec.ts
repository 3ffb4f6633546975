import { expect, it } from '@jest/globals';
import { readPath } from './paths.js';

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

import { describe, expect, it } from '@jest/globals';
import { Binary, Decimal128, Double, Long, MinKey, ObjectId } from 'bson';
import { Query } from 'mingo';
import { Sampler } from '../../contract/sampler.contract.js';
import type { Filter } from '../../store.js';
import { askMingo, compileFilter } from './compile-filter.js';

/** What MongoDB does and many that resemble it do not: the value of `v`, the filter, whether it matches. */
const cases: readonly (readonly [string, unknown, Filter, boolean])[] = [
  ['an object is equal with its fields in the same order', { x: 1, y: 2 }, { v: { x: 1, y: 2 } }, true],
  ['an object with its fields in another order is another', { y: 2, x: 1 }, { v: { x: 1, y: 2 } }, false],
  ['a part of an object is not the object', { x: 1, y: 2 }, { v: { x: 1 } }, false],
  ['an array within an array is found whole', [[1, 5]], { v: [1, 5] }, true],
  ['$in finds a whole array', [1, 5], { v: { $in: [[1, 5]] } }, true],
  [
    'bytes are compared as bytes, not as text',
    new Binary(Uint8Array.of(0xfe)),
    { v: new Binary(Uint8Array.of(0xff)) },
    false,
  ],
  ['bytes of another subtype are others', new Binary(Uint8Array.of(1), 4), { v: new Binary(Uint8Array.of(1)) }, false],
  ['plain bytes are the same as binary', new Binary(Uint8Array.of(1, 2)), { v: Uint8Array.of(1, 2) }, true],
  ['numbers of different classes are compared by value', Long.fromNumber(5), { v: { $in: [5] } }, true],
  ['a double of a class is a number', 5, { v: { $gte: new Double(4.5) } }, true],
  ['a decimal is a number', Decimal128.fromString('1.5'), { v: { $gt: 1 } }, true],
  ['bounds may be met by different elements', [1, 5], { v: { $gt: 1, $lt: 5 } }, true],
  ['$elemMatch wants one element for both bounds', [1, 5], { v: { $elemMatch: { $gt: 1, $lt: 5 } } }, false],
  ['$elemMatch does not look into arrays within', [[3]], { v: { $elemMatch: { $gt: 1 } } }, false],
  ['$elemMatch with $not', [1, 9], { v: { $elemMatch: { $not: { $gt: 5 }, $ne: 7 } } }, true],
  ['$elemMatch at a path through objects', [{ l: [1] }, { l: [2] }], { 'v.l': { $elemMatch: { $gt: 1 } } }, true],
  ['a number at the end of a path names an element as it is', [[1, 5]], { 'v.0': 1 }, false],
  ['null at a path is met by an object without it', [{ x: 1 }, {}], { 'v.x': null }, true],
  ['null at a path is not met by an empty array', [], { 'v.x': null }, false],
  ['null at a path is not met by an array of scalars', [1, 2], { 'v.x': null }, false],
  ['null at a path is met by a scalar', 4, { 'v.x': null }, true],
  ['$exists false at a path through scalars', [1, 2], { 'v.x': { $exists: false } }, true],
  ['$gte null matches null', null, { v: { $gte: null } }, true],
  ['$gt null matches nothing', null, { v: { $gt: null } }, false],
  ['no number is less than NaN, and NaN is less than none', NaN, { v: { $lt: 5 } }, false],
  ['NaN equals NaN', NaN, { v: { $gte: NaN } }, true],
  ['$gt MinKey matches every type', 'x', { v: { $gt: new MinKey() } }, true],
  ['$type int', 5, { v: { $type: 'int' } }, true],
  ['$type double is not int', 5, { v: { $type: 'double' } }, false],
  ['$type by number', new ObjectId(), { v: { $type: 7 } }, true],
  ['$type object is no ObjectId', new ObjectId(), { v: { $type: 'object' } }, false],
  [
    '$all with $elemMatch',
    [{ x: 1 }, { x: 5 }],
    { v: { $all: [{ $elemMatch: { x: { $gt: 4 } } }, { $elemMatch: { x: 1 } }] } },
    true,
  ],
  ['$all of a scalar', 5, { v: { $all: [5] } }, true],
  ['$size at a path', { l: [1, 2] }, { 'v.l': { $size: 2 } }, true],
  ['a pattern with a state of its own matches every time', 'ab', { $and: [{ v: /b/g }, { v: /b/g }] }, true],
  ['$bitsAllSet', 5, { v: { $bitsAllSet: [0, 2] } }, true],
  ['names of Object.prototype are no fields', {}, { 'v.constructor': { $exists: true } }, false],
];

describe('compileFilter', () => {
  it.each(cases)('%s', (_, v, filter, expected) => {
    expect(compileFilter(filter)({ v })).toBe(expected);
  });

  it.each([
    { $where: 'true' },
    { $expr: { $eq: [1, 1] } },
    { v: { $regex: '(' } },
    { v: { $gt: /x/ } },
    { v: { $mod: [0, 1] } },
  ])('refuses %j', (filter) => {
    expect(() => compileFilter(filter)).toThrow(expect.objectContaining({ code: 'store.filter-refused' }));
  });

  it('says what mingo says of scalars and objects, by whichever way it is compiled', () => {
    const sampler = new Sampler(1);
    const scalar = () => sampler.scalar();
    let matched = 0;

    for (let round = 0; round < 4000; round++) {
      const document = sampler.document(scalar);
      const filter = withoutNullBounds(sampler.filter(scalar));
      const expected = new Query(filter).test(document);
      const found = [compileFilter(filter)(document), askMingo(filter)(document)];

      expect({ document, filter, found }).toEqual({ document, filter, found: [expected, expected] });
      matched += Number(expected);
    }

    expect(matched).toBeGreaterThan(1000);
  });

  it('says the same with and without mingo, also of arrays and bytes', () => {
    const sampler = new Sampler(2);
    const value = () => sampler.value();

    for (let round = 0; round < 4000; round++) {
      const document = sampler.document(value);
      const filter = sampler.filter(value);

      const found = compileFilter(filter)(document);
      expect({ document, filter, found }).toEqual({ document, filter, found: askMingo(filter)(document) });
    }
  });
});

/** mingo takes null and missing for different types where they are compared by order. */
function withoutNullBounds(filter: Record<string, unknown>): Record<string, unknown> {
  return JSON.stringify(filter).match(/"\$[gl]te?":null/) ? { a: 1 } : filter;
}

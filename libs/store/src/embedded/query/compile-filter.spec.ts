import { describe, expect, it } from '@jest/globals';
import { Binary, Decimal128, Double, Long, MinKey, ObjectId } from 'bson';
import { Sampler } from '../../contract/sampler.contract.js';
import type { Filter } from '../../store.js';
import { compileFilter } from './compile-filter.js';

/** What MongoDB does and many that resemble it do not: the value of `v`, the filter, whether it matches. */
const cases: readonly (readonly [string, unknown, Filter, boolean])[] = [
  ['an object is equal with its fields in the same order', { x: 1, y: 2 }, { v: { x: 1, y: 2 } }, true],
  ['an object with its fields in another order is another', { y: 2, x: 1 }, { v: { x: 1, y: 2 } }, false],
  ['a part of an object is not the object', { x: 1, y: 2 }, { v: { x: 1 } }, false],
  ['a nested array matches as a whole', [[1, 5]], { v: [1, 5] }, true],
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
  ['$elemMatch requires one element for both bounds', [1, 5], { v: { $elemMatch: { $gt: 1, $lt: 5 } } }, false],
  ['$elemMatch does not test the elements of nested arrays', [[3]], { v: { $elemMatch: { $gt: 1 } } }, false],
  ['$elemMatch with $not', [1, 9], { v: { $elemMatch: { $not: { $gt: 5 }, $ne: 7 } } }, true],
  ['$elemMatch at a path through objects', [{ l: [1] }, { l: [2] }], { 'v.l': { $elemMatch: { $gt: 1 } } }, true],
  ['an index at the end of a path stands for the element as it is', [[1, 5]], { 'v.0': 1 }, false],
  ['null at a path matches an object without it', [{ x: 1 }, {}], { 'v.x': null }, true],
  ['null at a path does not match an empty array', [], { 'v.x': null }, false],
  ['null at a path does not match an array of scalars', [1, 2], { 'v.x': null }, false],
  ['null at a path matches a scalar', 4, { 'v.x': null }, true],
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
  ['$not with a pattern', ['ab', 'c'], { v: { $not: /b/ } }, false],
  ['$not within $not', 5, { v: { $not: { $not: { $gt: 4 } } } }, true],
  ['$not negates all of its operators together', 5, { v: { $not: { $gt: 4, $lt: 5 } } }, true],
  ['$nor matches if none of its filters does', 5, { $nor: [{ v: 4 }, { v: { $gt: 5 } }] }, true],
  ['an object is a value unless its first key is an operator', { x: 1, $gt: 1 }, { v: { x: 1, $gt: 1 } }, true],
  ['$options belong to the $regex beside them', 'AB', { v: { $options: 'i', $regex: 'b' } }, true],
  ['$options replace those of a pattern', 'AB', { v: { $regex: /b/i, $options: '' } }, false],
  ['a pattern finds the same pattern', /b/i, { v: { $regex: /b/i } }, true],
  ['$elemMatch with a pattern and its options', ['AB', 5], { v: { $elemMatch: { $regex: 'b', $options: 'i' } } }, true],
  ['$elemMatch with $or', [{ x: 1 }, { y: 3 }], { v: { $elemMatch: { $or: [{ x: 2 }, { y: 3 }] } } }, true],
  ['$bitsAllSet by positions', 5, { v: { $bitsAllSet: [0, 2] } }, true],
  ['$bitsAllSet by a number', 5, { v: { $bitsAllSet: 6 } }, false],
  ['$bitsAllSet by bytes, the least first', 0x0105, { v: { $bitsAllSet: Uint8Array.of(5, 1) } }, true],
  ['$bitsAllClear', 5, { v: { $bitsAllClear: [1, 3] } }, true],
  ['$bitsAnySet', 5, { v: { $bitsAnySet: [1, 2] } }, true],
  ['$bitsAnyClear', 5, { v: { $bitsAnyClear: [0, 2] } }, false],
  ['bits beyond 32 count', Long.fromString('4294967296'), { v: { $bitsAllSet: [32] } }, true],
  ['a negative number has all of its high bits set', -2, { v: { $bitsAllSet: [1, 63, 200] } }, true],
  ['bytes end in clear bits', new Binary(Uint8Array.of(0xff)), { v: { $bitsAllClear: [8, 200] } }, true],
  ['one element of an array may have the bits', [1, 'x', 4], { v: { $bitsAnySet: 4 } }, true],
  ['a fraction has no bits, not even clear ones', 2.5, { v: { $bitsAllClear: [] } }, false],
  ['a missing value has no bits', undefined, { v: { $bitsAnyClear: [0] } }, false],
  ['a text has no bits', '5', { v: { $bitsAnySet: 5 } }, false],
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
    { $and: [] },
    { $or: 5 },
    { $nor: [5] },
    { v: { $or: [{ x: 1 }] } },
    { v: { $gt: 1, x: 1 } },
    { v: { $not: 5 } },
    { v: { $not: {} } },
    { v: { $options: 'i' } },
    { v: { $regex: 'b', $options: 'g' } },
    { v: { $regex: 5 } },
    { v: { $bitsAllSet: -1 } },
    { v: { $bitsAllSet: [0.5] } },
    { v: { $bitsAllSet: 'x' } },
  ])('refuses %j', (filter) => {
    expect(() => compileFilter(filter)).toThrow(expect.objectContaining({ code: 'store.filter-refused' }));
  });

  it.each([undefined, null])('an undefined operand is refused at any position, unlike null: %s', (operand) => {
    const filters: Filter[] = [
      { v: operand },
      { v: { $gt: operand, $lt: 5 } },
      { $nor: [{ v: operand }] },
      { v: { $not: { $gt: operand } } },
      { v: { $elemMatch: { $gt: operand } } },
      { v: { $elemMatch: { x: operand } } },
      { v: { $all: [{ $elemMatch: { x: operand } }] } },
    ];
    const refused = filters.map((filter) => {
      try {
        compileFilter(filter);
        return false;
      } catch {
        return true;
      }
    });

    expect(refused).toEqual(filters.map(() => operand === undefined));
  });

  it('answers as mingo does about scalars and objects', () => {
    const sampler = new Sampler(1);

    const answers = answersTo(
      sampler,
      () => sampler.scalar(),
      (filter) => withoutNullBounds(filter),
    );

    expect(differences(answers, answersOfMingo.ofScalars)).toEqual([]);
  });

  it('answers as mingo does with our comparisons, also about arrays and bytes', () => {
    const sampler = new Sampler(2);

    const answers = answersTo(sampler, () => sampler.value());

    expect(differences(answers, answersOfMingo.ofValues)).toEqual([]);
  });
});

interface Answer {
  readonly document: Record<string, unknown>;
  readonly filter: Filter;
  readonly matches: boolean;
}

const samples = 4000;

function answersTo(
  sampler: Sampler,
  value: () => unknown,
  adjust: (filter: Record<string, unknown>) => Filter = (filter) => filter,
): Answer[] {
  return Array.from({ length: samples }, () => {
    const document = sampler.document(value);
    const filter = adjust(sampler.filter(value));
    return { document, filter, matches: compileFilter(filter)(document) };
  });
}

/** The answers that differ from the recorded ones, which have a bit each. */
function differences(answers: readonly Answer[], recorded: string): Answer[] {
  const bits = Buffer.from(recorded, 'base64');
  expect(bits.length * 8).toBe(samples);
  return answers.filter(({ matches }, index) => matches !== (((bits[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) > 0);
}

/** mingo considers null and missing as different types in comparisons by order. */
function withoutNullBounds(filter: Record<string, unknown>): Record<string, unknown> {
  return JSON.stringify(filter).match(/"\$[gl]te?":null/) ? { a: 1 } : filter;
}

/** The answers of mingo 7.2.6 to the filters of the same samplers, a bit each. It is independent of our evaluation. */
const answersOfMingo = {
  ofScalars:
    'QFNGNwQo4QAUQBKA0IFwGDQAiAEgKBSCcCxFVKFKQC4ACFxCAB4U+CAAQEgoNKEBoiEEgaIAWhAEieAGUMSIQAAABAIgABljSR4AUQQ4wVhX' +
    'YMQAmsAACQYEUAABYghDAADyCyTJAIAIFhBNkIgCB/ggEAAAohIACUEAQEgAkgVJrJFJZhDQTh0AsBQUMQEgAAaAgAUkIEAJNAIBDF8AACIE' +
    'AKCYB6ESEIZIwFQWEBo0mkZAkoJASoXGmQJWOYI3SEANWITwegAEAYoALMwCTLaIMsSECFIYYAcQUhhoCgASMRG4QgIAGwxCbBoCcSGIkgAK' +
    'CoZBMIwEcwZSWCCoIQgMIqAH0AxECZGAIaAUQghUCIAQCAMEZhGAqDBAAwAgkKwgAhIgRIEDBBAAmOAImgAghjgABAQ6AACUQQiuRFFRMAYI' +
    'ABwBDKAAhQBkKAldxAQHlAEIcJAYANACACIlIhCgbGkAgUAAGEAADUQQQhEtuSIgFAgIUDhAlAcQACxEyCQtKQEoA2pWGzBAxAGNYFABgzAJ' +
    'IiZU8wQmpAOSKgEhAAFAAg3oAVkASI0JSEAAAQoQQhKEcUAlIDKAyAQQAlMBcxgDChCagrFRBgoUjFCSiCAIyRBMMUAggIiVhAEBAAQQYQAE' +
    'IEAYQQCAABEQUAqSwAA=',
  ofValues:
    'RLYGAQsACgAXCcMABGAZeAACEoEMCgABEGSbTKgEwAgKpIKAATSACpjRoA0gSAwIwCECdEgCZVFGAYQlMpgABAAGoAkhgQQQgEopJIAIgDAB' +
    'ow5QN0wAQDlwQoGJkiGdo0lSAgpFKMMAMESHAUEgAEaUgoYECEI0DUT0FwCAkNEAEEEAxAIQiyABgyYCAigaBhBA4QQlkEVBCh2okEQaSIhH' +
    'AgRCIIw8BCwFuHACTgBhBEgKRqCAlAilCCAF4ACiLIABAAKsQKAKYmBaWLR0chKYAA5AUUEKkQCFwAEQmAJCwJPAg4KCyDCYQwgoa4QBApQB' +
    'yYgkCYQpjBAEGqGYMKY4ZBNQCAIkRE4CgAZJCFBEICAiAgQy0wCkjAgAgBBgB0EgKMQcEQAkBWAMQMhoIAEgIYAkgC4M8RAiCQgIKAAOkpWA' +
    'AUEwQASEiEMJnIAAmRIK6IAQEQhAiUgUoEyAoQtLCogQHUQlGdgIChAAkVCTUQRbSApJAA8LE1JhAVSBE0EJUgjDAMjY1hSqJbARYmwIIGJL' +
    'AKKBFTgB1HAgzizUmEEAEmAAgkAM2QICAEhI9MHSARAEAFA+CgIAAAHokIoxCSMUASUgRoZgwAAEBUUqFoMOhDAEDrQIgTATQAZZ0iJQCTCl' +
    'KggTiYAxFBQBUjQbAGQ=',
};

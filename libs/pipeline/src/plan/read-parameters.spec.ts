import { describe, expect, it } from '@jest/globals';
import type { ParameterType } from '../definition/parameter-definitions.js';
import { readParameter } from './read-parameters.js';

const day = new Date('2026-11-29T00:00:00Z');

describe('a parameter of a run', () => {
  it.each<[ParameterType, unknown, unknown]>([
    ['string', '5', '5'],
    ['number', ' 1.5 ', 1.5],
    ['number', -2, -2],
    ['integer', '-9007199254740991', -9007199254740991],
    ['boolean', 'TRUE', true],
    ['date', '2026-11-29', day],
    ['date', '2026-11-29T01:00:00+01:00', day],
    ['date', day, day],
    ['string[]', 'a, b,,', ['a', 'b']],
    ['string[]', '["a, b", "c"]', ['a, b', 'c']],
    ['string[]', '', []],
    ['number[]', '1, 2.5', [1, 2.5]],
    ['integer[]', '[1, 2]', [1, 2]],
    ['integer[]', [1, '2'], [1, 2]],
    ['boolean[]', 'true,false', [true, false]],
    ['date[]', '2026-11-29,2026-11-29T00:00:00Z', [day, day]],
  ])('E1: as %s, %j is %j', (type, value, expected) => {
    expect(readParameter(value, type, { fromText: true })).toEqual(expected);
  });

  it.each<[ParameterType, unknown]>([
    ['string', 5],
    ['number', ''],
    ['number', '1e400'],
    ['number', '9007199254740993'],
    ['integer', '1.5'],
    ['integer', 9007199254740992],
    ['boolean', 'yes'],
    ['date', '2026-02-30'],
    ['date', '29 November 2026'],
    ['date', 1_700_000_000_000],
    ['date', new Date(NaN)],
    ['string[]', ['a', '']],
    ['string[]', [1]],
    ['number[]', '1,x'],
    ['integer[]', '[1'],
    ['date[]', 5],
  ])('E1: as %s, %j is refused', (type, value) => {
    expect(readParameter(value, type, { fromText: true })).toBeUndefined();
  });
});

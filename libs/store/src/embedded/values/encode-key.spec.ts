import { describe, expect, it } from '@jest/globals';
import { Long, MaxKey, MinKey, Timestamp, UUID } from 'bson';
import { Sampler } from '../../contract/sampler.contract.js';
import { compareValues } from './compare-values.js';
import { encodeKey } from './encode-key.js';

const special: readonly unknown[] = [
  new MinKey(),
  NaN,
  -0,
  0,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  Long.MIN_VALUE,
  Long.MAX_VALUE,
  Long.fromString('9007199254740993'),
  9007199254740993n,
  9007199254740992,
  1e300,
  Infinity,
  [],
  [[]],
  [null],
  [1, 'a'],
  [1, 'a\u0000'],
  ['a', 0],
  { a: 'x' },
  { a: 'x', b: 1 },
  { 'a\u0001': 'x' },
  { b: null },
  new UUID('0189c3a5-8f2e-7b1c-9d4e-5f6a7b8c9d0e'),
  Uint8Array.of(1),
  new Timestamp({ t: 1, i: 2 }),
  /a/,
  /a/i,
  new MaxKey(),
];

describe('encodeKey', () => {
  it('keys have the order of their values, for all types', () => {
    const sampler = new Sampler(3);
    const values = [...special, ...Array.from({ length: 400 }, () => sampler.value(3))];

    for (const one of values) {
      for (const other of values) {
        const byKeys = Math.sign(Buffer.compare(encodeKey(one), encodeKey(other)));
        if (byKeys !== Math.sign(compareValues(one, other))) {
          expect({ one, other, byKeys }).toEqual({ one, other, byKeys: Math.sign(compareValues(one, other)) });
        }
      }
    }
  });

  it('equal values have one key', () => {
    expect(encodeKey(Long.fromNumber(1))).toEqual(encodeKey(1));
    expect(encodeKey(-0)).toEqual(encodeKey(0));
    expect(encodeKey(undefined)).toEqual(encodeKey(null));
    expect(encodeKey(9007199254740993n)).toEqual(encodeKey(Long.fromString('9007199254740993')));
  });

  it('the bytes never change: they are in files', () => {
    expect(encodeKey('a😀').toString('hex')).toBe('1561f09f9880');
    expect(encodeKey(1).toString('hex')).toBe('10bff00000000000008000');
    expect(encodeKey(-1).toString('hex')).toBe('10400fffffffffffff8000');
    expect(encodeKey({ a: [true, 'b'] }).toString('hex')).toBe('202561000025400115620000' + '0000');
  });
});

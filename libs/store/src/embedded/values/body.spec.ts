import { describe, expect, it } from '@jest/globals';
import { Binary, Code, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { decodeBody, decodeFields, encodeBody } from './body.js';

const numbers = [1, 2.5, new Double(3), Long.fromString('9007199254740993'), Decimal128.fromString('1.5')];
const others = [
  ...[
    'text\u0000é',
    true,
    null,
    new Date(0),
    new ObjectId(),
    new Binary(Buffer.from([1, 0, 2])),
    /a?b/i,
    new Timestamp(5n),
  ],
  ...[new Code('f', { a: 1 }), new Code('f'), new MinKey(), new MaxKey(), { a: { b: 0 } }, [1, [2]], {}, []],
];

describe('decoding some fields', () => {
  const all = [...numbers, ...others].map((value, index): [string, unknown] => [`ö${index}`, value]);
  const body = encodeBody({ ...Object.fromEntries(all), long: 'x'.repeat(1_000), ö: 'last' });

  it.each(all.map(([name]) => name))('finds a field behind values of every type: %s', (name) => {
    const found = decodeFields(body, new Set([name, 'ö', 'missing']));

    expect(Object.keys(found)).toEqual([name, 'ö']);
    expect(found).toEqual({ [name]: decodeBody(body)[name], ö: 'last' });
  });

  it('finds none in a document that has none of them', () => {
    expect(decodeFields(body, new Set(['missing']))).toEqual({});
  });
});

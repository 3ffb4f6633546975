import { describe, expect, it } from '@jest/globals';
import { Binary, Decimal128, Long, ObjectId, Timestamp, UUID } from 'bson';
import { decodeId, encodeId } from './encode-id.js';

describe('encodeId and decodeId', () => {
  it.each<[string, unknown]>([
    ['text', 'a"b\n{"$oid":"x"}'],
    ['an empty text', ''],
    ['an ObjectId', new ObjectId('64af0123456789abcdef0123')],
    ['a whole number', 7],
    ['a fraction', 0.1],
    ['a large number', 2 ** 40],
    ['a date', new Date('2024-02-29T12:00:00.001Z')],
    ['a 64-bit number', Long.fromString('9007199254740993')],
    ['a decimal', Decimal128.fromString('1.10')],
    ['a UUID', new UUID('00112233-4455-6677-8899-aabbccddeeff')],
    ['bytes', new Binary(Buffer.from([0, 255]))],
    ['a timestamp', new Timestamp({ t: 1, i: 2 })],
    ['an object', { a: 1, b: { c: new ObjectId('64af0123456789abcdef0123') }, d: [1.5, 'x'] }],
    ['true', true],
    ['null', null],
  ])('%s keeps its value and its type', (_, id) => {
    const read = decodeId(encodeId(id));

    expect(read).toEqual(id);
    expect(typeof read).toBe(typeof id);
    expect(encodeId(read)).toBe(encodeId(id));
  });

  it('ids that look the same but have other types are different', () => {
    const ids = ['7', 7, '64af0123456789abcdef0123', new ObjectId('64af0123456789abcdef0123'), null, 'null'];

    expect(new Set(ids.map(encodeId)).size).toBe(ids.length);
  });

  it('a 64-bit integer is encoded as the number that it equals', () => {
    expect(encodeId(Long.fromNumber(7))).toBe(encodeId(7));
    expect(decodeId('{"$numberLong":"7"}')).toBe(7);
  });

  it('a missing id is null', () => {
    expect(decodeId(encodeId(undefined))).toBeNull();
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  BSONRegExp,
  BSONSymbol,
  Binary,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
  deserialize,
  serialize,
} from 'bson';
import { readDocument, type SourceDocument } from './read-document.js';
import { writeDocument } from './write-document.js';

const id = new ObjectId('0123456789abcdef01234567');

const values: Readonly<Record<string, readonly unknown[]>> = {
  texts: ['', 'ü\n"\u2028', '$oid', '9007199254740993', '2020-01-02T03:04:05Z'],
  numbers: [0, 1, -1, 2.5, 2 ** 31, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e17, -(2 ** 62), 2 ** 63, 1e20, -1e300, 5e-324],
  'odd numbers': [-0, NaN, Infinity, -Infinity],
  'numbers with a type': [new Int32(7), new Double(7), new Double(-0), new Double(2 ** 60), new Double(NaN)],
  '64-bit numbers': [
    7n,
    9007199254740993n,
    Long.fromNumber(7),
    Long.fromString('9007199254740993'),
    Long.fromString('-9007199254740993'),
    Long.MAX_VALUE,
    Long.MIN_VALUE,
  ],
  'decimal numbers': ['0.10', '-0', 'NaN', '1E+6000'].map((text) => new Decimal128(text)),
  dates: ['1969-12-31T23:59:59.999Z', '1970-01-01', '2020-01-02T03:04:05.678Z', '9999-12-31T23:59:59.999Z']
    .map((text) => new Date(text))
    .concat(new Date(253_402_300_800_000), new Date(-8.64e15), new Date(8.64e15)),
  ids: [id, new UUID('0b6e3d2c-9a6f-4c7e-8f39-8f3c0d2f7a11')],
  bytes: [new Binary(new Uint8Array([0, 255])), new Binary(new Uint8Array(), 128), new Uint8Array([1])],
  patterns: [/a\/b/, /a/i, /a/g, /a/m, new BSONRegExp('a/b', 'ix'), new BSONRegExp('a', 's')],
  'internal types of MongoDB': [new MinKey(), new MaxKey(), new Timestamp({ t: 4294967295, i: 1 })],
  code: [new Code('f()'), new Code('f()', { n: Long.MAX_VALUE, at: new Date(-1), zero: -0 })],
  references: [new DBRef('c', id), new DBRef('c', id, 'd', { n: Long.MAX_VALUE, at: new Date(-1) })],
  symbols: [new BSONSymbol('s')],
  others: [null, true, false, [], {}, [[]], [null, [undefined]]],
};

/** The document as a store returns it with its exact types. */
function stored(document: SourceDocument): SourceDocument {
  return deserialize(serialize(document, { ignoreUndefined: true }), { promoteValues: false, bsonRegExp: true });
}

function bytesOf(document: SourceDocument | null): string {
  return document === null ? 'none' : Buffer.from(serialize(document)).toString('hex');
}

describe('writeDocument', () => {
  it.each(Object.entries(values))(
    'C7: a document that was written and read again has the same bytes: %s',
    (_, examples) => {
      for (const value of examples) {
        const places = {
          list: [value, { deep: [value] }],
          scope: new Code('f()', { value }),
          of: new DBRef('c', id, 'd', { value }),
        };
        const document = stored({ _id: value, ...places });

        const read = readDocument(writeDocument(document));

        expect(bytesOf(read)).toBe(bytesOf(document));
        expect(writeDocument(read ?? {})).toBe(writeDocument(document));
      }
    },
  );

  it('C7: a 64-bit integer keeps all its digits, and ordinary values are written in relaxed format', () => {
    const document = {
      _id: Long.fromString('9007199254740993'),
      n: [1, 2.5, -7, Long.fromNumber(8), -0],
      at: [new Date('2020-01-02T03:04:05Z'), new Date(-1)],
      of: { text: 'ü', nothing: null },
    };

    expect(writeDocument(document)).toBe(
      '{"_id":{"$numberLong":"9007199254740993"},"n":[1,2.5,-7,{"$numberLong":"8"},{"$numberDouble":"-0.0"}],' +
        '"at":[{"$date":"2020-01-02T03:04:05Z"},{"$date":{"$numberLong":"-1"}}],"of":{"text":"ü","nothing":null}}',
    );
  });
});

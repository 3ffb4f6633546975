import { describe, expect, it } from '@jest/globals';
import { Double, Int32, Long, ObjectId } from 'bson';
import { readDocument } from './read-document.js';
import { writeDocument } from './write-document.js';

describe('readDocument', () => {
  it('reads plain JSON and the types of MongoDB exports', () => {
    const line =
      '{"_id":{"$oid":"0123456789abcdef01234567"},"at":{"$date":"2026-01-02T00:00:00Z"},"n":[1,2.5,{"$numberLong":"7"}],"o":{"x":null}}';

    expect(readDocument(line)).toEqual({
      _id: new ObjectId('0123456789abcdef01234567'),
      at: new Date('2026-01-02T00:00:00Z'),
      n: [new Int32(1), new Double(2.5), Long.fromNumber(7)],
      o: { x: null },
    });
  });

  it('reads what writeDocument wrote', () => {
    const document = { _id: new ObjectId(), at: new Date(0), n: [1, 2.5, -1e20], o: { x: null, t: 'ü\n' } };

    expect(writeDocument(readDocument(writeDocument(document))!)).toEqual(writeDocument(document));
    expect(writeDocument(document)).not.toContain('\n');
  });

  it.each(['', '[]', '7', '"text"', '{', 'null', '{"_id":{"$oid":"short"}}', '{"$oid":"0123456789abcdef01234567"}'])(
    'returns null for %j',
    (line) => {
      expect(readDocument(line)).toBeNull();
    },
  );

  it.each<[string, string]>([
    ['{"a":9007199254740993}', '{"a":{"$numberLong":"9007199254740993"}}'],
    ['{"a":[-9223372036854775808]}', '{"a":[{"$numberLong":"-9223372036854775808"}]}'],
    [
      '{"a":9007199254740991,"b":-0,"c":1e21,"d":"9007199254740993"}',
      '{"a":{"$numberLong":"9007199254740991"},"b":{"$numberDouble":"-0.0"},"c":{"$numberDouble":"1e+21"},"d":"9007199254740993"}',
    ],
    ['{"a":-0,"b":9007199254740993}', '{"a":{"$numberDouble":"-0.0"},"b":{"$numberLong":"9007199254740993"}}'],
    [
      '{"a":{"$date":"2024-02-29"},"b":{"$date":{"$numberLong":"-1"}}}',
      '{"a":{"$date":"2024-02-29T00:00:00Z"},"b":{"$date":{"$numberLong":"-1"}}}',
    ],
  ])('E3: %s is %s', (line, expected) => {
    expect(writeDocument(readDocument(line)!)).toBe(expected);
  });

  it.each<[string, RegExp]>([
    [
      '{"a":12345678901234567890}',
      /^found the number 12345678901234567890, which no 64-bit number holds; write it as a text/,
    ],
    ['{"a":1e400}', /1e400/],
    ['{"a":{"b":[{"$date":"nonsense"}]}}', /^a\.b\.0: found a \$date that is none/],
    ['{"a":{"$date":"2024-02-30T00:00:00Z"}}', /^a: found a \$date/],
    ['{"a":{"$date":"2 March 2026"}}', /^a: found a \$date/],
    ['{"a":{"$date":{"$numberLong":"9e99"}}}', /^a: found a \$date/],
    ['{"a":{"$numberLong":"9223372036854775808"}}', /^a: found a \$numberLong that is no whole number of 64 bits$/],
    ['{"a":{"$numberInt":"2147483648"}}', /^a: found a \$numberInt/],
    ['{"a":{"$numberDouble":"abc"}}', /^a: found a \$numberDouble/],
    ['{"a":{"$numberDecimal":"1.2.3"}}', /^a: found a \$numberDecimal/],
    ['{"a":{"$binary":{"base64":"!!!","subType":"00"}}}', /^a: found a \$binary/],
  ])('E3: %s would be stored as something else', (line, message) => {
    expect(() => readDocument(line)).toThrow(message);
  });
});

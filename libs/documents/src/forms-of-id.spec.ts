import { describe, expect, it } from '@jest/globals';
import { Binary, Code, DBRef, Decimal128, Double, Int32, Long, MaxKey, ObjectId, Timestamp, UUID } from 'bson';
import { encodeId } from './encode-id.js';
import { formsOfId } from './forms-of-id.js';
import { idText } from './id-text.js';

const hex = '64af0123456789abcdef0123';
const uuid = '38105f18-73f7-4b2d-bdb7-73b3cfafbb2d';

describe('the ids that a text may stand for', () => {
  it.each<[string | number, unknown[]]>([
    ['report 1', ['report 1']],
    [7, [7]],
    ['7', ['7', 7, new Decimal128('7')]],
    ['-1.5', ['-1.5', -1.5, new Decimal128('-1.5')]],
    ['12.50', ['12.50', new Decimal128('12.50')]],
    ['007', ['007']],
    [' ', [' ']],
    [hex, [hex, new ObjectId(hex)]],
    [hex.toUpperCase(), [hex.toUpperCase(), new ObjectId(hex)]],
    [uuid, [uuid, new UUID(uuid).toBinary()]],
    ['9223372036854775808', ['9223372036854775808', new Decimal128('9223372036854775808')]],
    ['2024-02-29', ['2024-02-29']],
    ['{"no":', ['{"no":']],
  ])('E1: %j may stand for %j', (id, forms) => {
    expect(formsOfId(id)).toEqual(forms);
  });

  it.each<[string, unknown]>([
    ['a text', 'report 1'],
    ['a text that looks like a number', '007'],
    ['an ObjectId', new ObjectId(hex)],
    ['a number', -1.5],
    ['a large number', 1e300],
    ['an Int32', new Int32(7)],
    ['a Double', new Double(7.5)],
    ['a Long', Long.fromString('1610521604143693812')],
    ['the smallest Long', Long.MIN_VALUE],
    ['a small Long', Long.fromNumber(7)],
    ['a Decimal128', new Decimal128('12.50')],
    ['a Decimal128 with an exponent', new Decimal128('1E+3')],
    ['a boolean', true],
    ['a date', new Date('2024-02-29T10:11:12.000Z')],
    ['a date before our era', new Date('-000044-03-15T00:00:00.000Z')],
    ['a UUID', new UUID(uuid).toBinary()],
    ['a UUID of the old kind', new Binary(new UUID(uuid).buffer, 3)],
    ['a binary', new Binary(Buffer.from('abc'))],
    ['a timestamp', new Timestamp({ t: 5, i: 6 })],
    ['an object', { group: 'a', number: Long.fromString('1610521604143693812') }],
    ['a reference', new DBRef('notes', new ObjectId(hex))],
    ['code', new Code('x')],
    ['the largest key', new MaxKey()],
    ['no number', NaN],
  ])('E4: %s is found by its text', (_, id) => {
    expect(formsOfId(idText(id)).map(encodeId)).toContain(encodeId(id));
  });
});

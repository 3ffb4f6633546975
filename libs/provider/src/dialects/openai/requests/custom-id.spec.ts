import { encodeId } from '@batchmill/documents';
import { seededRandom } from '@batchmill/testing';
import { describe, expect, it } from '@jest/globals';
import { Decimal128, Long, ObjectId, UUID } from 'bson';
import { customId } from './custom-id.js';

const oid = new ObjectId('64af0123456789abcdef0123');

describe('customId', () => {
  it('E3: contains function, document id and chunk id', () => {
    expect(customId('embeddings', 'report-2024', oid)).toBe('embeddings_report-2024_64af0123456789abcdef0123');
    expect(customId('qa_0', 'JKHY', 7)).toBe('qa_0_JKHY_7');
    expect(customId('embeddings', oid, oid)).toBe(`embeddings_${oid.toHexString()}_${oid.toHexString()}`);
    expect(customId('summary', undefined, 'c1')).toBe('summary__c1');
  });

  it.each<[string, unknown, unknown]>([
    ['a character that is not allowed', 'a/b', 'c'],
    ['a space', 'a b', 'c'],
    ['a letter beyond ASCII', 'Größe', 'c'],
    ['an underscore, which would make it ambiguous', 'a_b', 'c'],
    ['more than 64 characters', 'a'.repeat(40), 'b'.repeat(30)],
    ['an empty chunk id', 'a', ''],
    ['a text that looks like an ObjectId', 'a', '64af0123456789abcdef0123'],
    ['a text that looks like a number', 'a', '7'],
    ['a date', 'a', new Date(0)],
    ['an object', 'a', { x: 1 }],
    ['a fraction', 'a', 1.5],
  ])('%s leads to a digest, always the same one', (_, parent, chunk) => {
    const id = customId('summary', parent, chunk);

    expect(id).toMatch(/^summary_[0-9a-f]{30}$/);
    expect(customId('summary', parent, chunk)).toBe(id);
  });

  it('the longest name of a function still fits', () => {
    expect(customId(`${'f'.repeat(24)}_999`, 'ü', 'ü').length).toBeLessThanOrEqual(64);
  });

  it('a chunk id that looks like a digest is not used as it is', () => {
    const key = customId('f', 'ü', 'x').slice(2);

    expect(customId('f', '', key)).not.toBe(`f__${key}`);
    expect(customId('f', 'p', key)).not.toContain(key);
  });

  it('different requests have different ids, also with separators, digits and several types', () => {
    const random = seededRandom(7);
    const letters = ['a', 'b', '_', '-', '0', '1', 'Z'];
    const text = (max: number): string =>
      Array.from({ length: Math.floor(random() * max) }, () => letters[Math.floor(random() * letters.length)]).join('');
    const numbers = (): unknown =>
      [1, 0, -1, 1.5, Long.fromNumber(10), Decimal128.fromString('1')][Math.floor(random() * 6)];
    const seen = new Map<string, string>();

    for (let round = 0; round < 20_000; round++) {
      const name = `a${text(4)}`;
      const parent = text(4);
      const chunk = random() < 0.2 ? numbers() : text(4);
      const identity = JSON.stringify([name, parent, encodeId(chunk)]);
      const id = customId(name, parent, chunk);

      const other = seen.get(id) ?? identity;
      if (other !== identity) throw new Error(`${other} and ${identity} are both ${id}`);
      if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) throw new Error(`${identity} is ${id}, which is not legal`);
      seen.set(id, identity);
    }
    expect(seen.size).toBeGreaterThan(5000);
  });

  it('chunk ids may be of any type of BSON', () => {
    for (const id of [new UUID('00112233-4455-6677-8899-aabbccddeeff'), true, null, 1n, ['x'], NaN]) {
      expect(customId('f', 'p', id)).toMatch(/^f_[A-Za-z0-9_-]{1,62}$/);
    }
  });
});

/* Long because it is a list of independent guarantees, as the contract that it is part of. */

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CurrentVectors } from './contract-rows.contract.js';
import type { RowCondition, RowValue, VectorCollection, VectorRow, Vectors } from './index.js';

/** The part of the contract that is about fields of other types than text, and conditions on fields. */
export function describeRowFields(current: CurrentVectors): void {
  describe('fields of rows', () => {
    let collection: VectorCollection;
    let vectors: Vectors;

    beforeEach(async () => {
      ({ vectors } = current());
      collection = { ...shape, name: `${current().collection}_fields` };
      await vectors.ensureCollection(collection);
    });

    const keysWhere = async (where: RowCondition): Promise<string[]> => {
      const hits = await vectors.search(collection.name, Float32Array.of(1, 0), 100, where);
      return hits.map(({ key }) => key).sort();
    };

    it('E4: a row keeps its values: integers of 64 bits to the last digit, numbers, booleans, texts of up to their bytes', async () => {
      const rows = [
        row('least', { pages: -(2n ** 63n), price: -1.5e-300, open: false }),
        row('most', { pages: 2n ** 63n - 1n, price: 1.7976931348623157e308, open: true }),
        row('odd', { pages: 9_007_199_254_740_993n, price: 0.1, open: true }, 'é'.repeat(1_500)),
      ];
      await vectors.upsert(collection.name, rows);

      const later = await current().open();
      await later.ensureCollection(collection);
      const found = await later.find(collection.name, ['least', 'most', 'odd']);
      const hits = await later.search(collection.name, Float32Array.of(1, 0), 10);
      const read = await Array.fromAsync(later.entries(collection.name));
      for (const { key, fields, values } of rows) {
        const entry = { key, fields, values };
        expect(found.get(key)).toEqual(entry);
        expect(hits.find((hit) => hit.key === key)).toMatchObject(entry);
        expect(read.find((each) => each.key === key)).toEqual(entry);
      }
    });

    it('E4: a collection that lacks a field, has one more, or has one of another type is refused', async () => {
      const others: readonly Required<VectorCollection>['valueFields'][] = [
        { ...shape.valueFields, more: 'integer' },
        { pages: 'integer', price: 'number' },
        { ...shape.valueFields, pages: 'number' },
      ];

      for (const valueFields of others) {
        const other = { ...collection, valueFields };
        await expect(vectors.ensureCollection(other)).rejects.toMatchObject({ code: 'vectors.other-fields' });
        await expect(vectors.hasCollection(other)).rejects.toMatchObject({ code: 'vectors.other-fields' });
      }
    });

    it('E4: text fields of no bytes or of more than 65,535, and more than 62 fields are refused', async () => {
      const parts: readonly Partial<VectorCollection>[] = [
        { textBytes: { company: 0 } },
        { textBytes: { company: 65_536 } },
        { fields: Array.from({ length: 63 }, (_, index) => `field_${index}`) },
      ];

      for (const part of parts) {
        const other = { ...shape, valueFields: {}, ...part, name: `${collection.name}_x` };
        await expect(vectors.ensureCollection(other)).rejects.toMatchObject({ code: 'vectors.bad-field' });
      }
    });

    it('E4: a row whose values do not fit is refused, and nothing of its call is written', async () => {
      const wrong: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
        ['a missing value', { pages: 1n, price: 1 }],
        ['a value that the collection lacks', { pages: 1n, price: 1, open: true, more: 1n }],
        ['a number for an integer', { pages: 1, price: 1, open: true }],
        ['an integer of more than 64 bits', { pages: 2n ** 63n, price: 1, open: true }],
        ['a number that is not finite', { pages: 1n, price: Number.NaN, open: true }],
        ['a text for a boolean', { pages: 1n, price: 1, open: 'true' }],
      ];

      for (const [, values] of wrong) {
        const call = vectors.upsert(collection.name, [row('good'), row('bad', values as Record<string, RowValue>)]);
        await expect(call).rejects.toMatchObject({ kind: 'ValidationError', code: 'vectors.bad-row' });
      }
      expect(await vectors.count(collection.name)).toBe(0);
    });

    describe('a search with a condition', () => {
      const is = (field: string, comparison: string, value: string | RowValue): RowCondition =>
        ({ kind: 'comparison', field, is: comparison, value }) as RowCondition; // the comparisons are literals below
      const oddTexts = ['a"b', "a'b", 'a\\b', 'a\nb', '雪', '😀', "' OR 1=1 --", '" or 1 == 1', '%', 'a\0b'];

      beforeEach(async () => {
        await vectors.upsert(collection.name, [
          row('a', { pages: -5n, price: 0.5, open: true }, 'Acme'),
          row('b', { pages: 7n, price: 2, open: false }, 'Beta'),
          row('c', { pages: 9_007_199_254_740_993n, price: 1e21, open: true }, 'acme'),
          row('d', { pages: 9_007_199_254_740_992n, price: 2, open: false }, 'Émile'),
        ]);
      });

      it('E4: returns the rows that meet it, and no others', async () => {
        const expected: readonly (readonly [RowCondition, string])[] = [
          [is('company', '=', 'Acme'), 'a'],
          [is('company', '!=', 'Acme'), 'bcd'],
          [is('company', '<', 'acme'), 'ab'],
          [is('company', '>=', 'acme'), 'cd'],
          [is('pages', '=', 9_007_199_254_740_993n), 'c'],
          [is('pages', '<=', 9_007_199_254_740_992n), 'abd'],
          [is('pages', '>=', -(2n ** 63n)), 'abcd'],
          [is('pages', '<', -4n), 'a'],
          [is('price', '=', 2), 'bd'],
          [is('price', '>', 0.5), 'bcd'],
          [is('price', '>=', 1e21), 'c'],
          [is('price', '>', -1e-7), 'abcd'],
          [is('open', '=', true), 'ac'],
          [is('open', '!=', true), 'bd'],
          [is('open', '<', true), 'bd'],
          [is('open', '>=', false), 'abcd'],
          [is('open', '>', true), ''],
          [{ kind: 'in', field: 'company', values: ['Beta', 'Émile', 'none'] }, 'bd'],
          [{ kind: 'in', field: 'pages', values: [7n, -5n] }, 'ab'],
          [{ kind: 'in', field: 'pages', values: [-(2n ** 63n), 7n] }, 'b'],
          [{ kind: 'in', field: 'price', values: [0.5] }, 'a'],
          [{ kind: 'in', field: 'open', values: [false] }, 'bd'],
          [{ kind: 'not', condition: is('company', '=', 'Acme') }, 'bcd'],
          [{ kind: 'not', condition: { kind: 'not', condition: is('open', '=', true) } }, 'ac'],
          [{ kind: 'and', conditions: [is('open', '=', true), is('pages', '>', 0n)] }, 'c'],
          [{ kind: 'or', conditions: [is('pages', '=', 7n), is('company', '=', 'acme')] }, 'bc'],
          [
            {
              kind: 'and',
              conditions: [
                is('open', '=', false),
                { kind: 'or', conditions: [is('pages', '=', 7n), is('price', '<', 1)] },
              ],
            },
            'b',
          ],
        ];

        for (const [where, keys] of expected) expect([where, (await keysWhere(where)).join('')]).toEqual([where, keys]);
      });

      it('E4: compares texts with quotes, backslashes, line breaks and what looks like a condition as they are', async () => {
        await vectors.upsert(
          collection.name,
          oddTexts.map((text, index) => row(`odd ${index}`, undefined, text)),
        );

        for (const [index, text] of oddTexts.entries()) {
          expect(await keysWhere(is('company', '=', text))).toEqual([`odd ${index}`]);
          expect(await keysWhere({ kind: 'in', field: 'company', values: [text] })).toEqual([`odd ${index}`]);
        }
      });

      it('E4: returns the nearest of those that meet it', async () => {
        await vectors.upsert(collection.name, [{ ...row('far', undefined, 'Far'), vector: Float32Array.of(-1, 0) }]);

        const [hit, none] = await vectors.search(collection.name, Float32Array.of(1, 0), 1, is('company', '=', 'Far'));
        expect(hit).toMatchObject({ key: 'far', similarity: expect.closeTo(-1, 5) });
        expect(none).toBeUndefined();
      });

      it('E4: that names no field of the collection, or compares with a value of another type, is refused', async () => {
        const wrong: readonly (readonly [string, RowCondition])[] = [
          ['an unknown field', is('pages) or (1', '=', 'x')],
          ['the key', is('key', '=', 'a')],
          ['a text for an integer', is('pages', '=', '7')],
          ['a number for an integer', is('pages', '=', 7)],
          ['a number that is not finite', is('price', '<', Number.POSITIVE_INFINITY)],
          ['no value', { kind: 'in', field: 'pages', values: [] }],
          ['no condition', { kind: 'or', conditions: [] }],
        ];

        for (const [, where] of wrong) {
          await expect(keysWhere(where)).rejects.toMatchObject({
            kind: 'ValidationError',
            code: 'vectors.bad-condition',
          });
        }
      });
    });

    describe('updating fields', () => {
      it('E4: changes the fields that are given, and keeps the others and the vector', async () => {
        const vector = Float32Array.of(0.1, -0.7);
        await vectors.upsert(collection.name, [{ ...row('a'), vector }, row('b')]);

        await vectors.updateFields(collection.name, [
          { key: 'a', fields: { company: 'Other "co"' }, values: { pages: 2n ** 60n + 1n } },
          { key: 'b', values: { open: false, price: -3 } },
          { key: 'none', values: { open: false } },
        ]);

        const found = await (await current().open()).find(collection.name, ['a', 'b', 'none']);
        expect(found.get('a')).toMatchObject({
          fields: { company: 'Other "co"', block_id: 'block of a' },
          values: { pages: 2n ** 60n + 1n, price: 1.5, open: true },
        });
        expect(found.get('b')).toMatchObject({
          fields: row('b').fields,
          values: { pages: 1n, price: -3, open: false },
        });
        expect(found.size).toBe(2);
        const [hit] = await vectors.search(collection.name, vector, 1);
        expect(hit).toMatchObject({ key: 'a', similarity: expect.closeTo(1, 6) });
      });

      it('E4: of many rows changes each', async () => {
        const many = Array.from({ length: 450 }, (_, index) => `key ${index}`);
        await vectors.upsert(
          collection.name,
          many.map((key) => row(key)),
        );
        await vectors.updateFields(
          collection.name,
          many.map((key, index) => ({ key, values: { pages: BigInt(index) } })),
        );

        const found = await vectors.find(collection.name, many);
        expect(many.map((key) => found.get(key)?.values?.['pages'])).toEqual(many.map((_, index) => BigInt(index)));
      });

      it('E4: that do not fit is refused, and nothing of its call is changed', async () => {
        await vectors.upsert(collection.name, [row('a')]);
        const wrong = [{ values: { pages: 2 } }, { values: { more: 2n } }, { fields: { company: '' } }];
        for (const change of wrong) {
          const updates = [
            { key: 'a', values: { open: false } },
            { key: 'a', ...change },
          ] as Parameters<Vectors['updateFields']>[1];
          await expect(vectors.updateFields(collection.name, updates)).rejects.toMatchObject({
            code: 'vectors.bad-row',
          });
        }

        expect((await vectors.find(collection.name, ['a'])).get('a')?.values).toEqual(row('a').values);
        await vectors.updateFields(`${collection.name}_unknown`, [{ key: 'a', values: { open: false } }]);
      });
    });
  });
}

const shape = {
  dimensions: 2,
  fields: ['block_id', 'company'],
  valueFields: { pages: 'integer', price: 'number', open: 'boolean' },
  textBytes: { company: 3_000 },
} as const satisfies Omit<VectorCollection, 'name'>;

const usual: Readonly<Record<string, RowValue>> = { pages: 1n, price: 1.5, open: true };

function row(key: string, values = usual, company = 'Acme'): VectorRow {
  return { key, fields: { block_id: `block of ${key}`, company }, values, vector: Float32Array.of(1, 0) };
}

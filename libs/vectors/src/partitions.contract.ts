import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CurrentVectors } from './contract-rows.contract.js';
import type { RowCondition, RowValue, VectorCollection, VectorRow, Vectors } from './index.js';

/** The part of the contract that is about collections that are partitioned by a field. */
export function describePartitions(current: CurrentVectors): void {
  describe('a collection that is partitioned by a field', () => {
    let collection: VectorCollection;
    let vectors: Vectors;

    beforeEach(async () => {
      ({ vectors } = current());
      collection = { ...shape, name: `${current().collection}_parts` };
      await vectors.ensureCollection(collection);
    });

    const keysWhere = async (where: RowCondition, of = collection): Promise<string[]> => {
      const hits = await vectors.search(of.name, Float32Array.of(1, 0), 100, where);
      return hits.map(({ key }) => key).sort();
    };

    it('E4: is refused for another field and for none, as one without is for any, in every process', async () => {
      const { partitionField, ...others } = shape;
      const none = { ...others, name: collection.name };
      const plain = { ...none, name: `${collection.name}_none` };
      await vectors.ensureCollection(plain);
      const later = await current().open();
      await later.ensureCollection(collection);

      for (const each of [vectors, later]) {
        for (const [other, message] of [
          [none, /found partitions by the field tenant, expected no partitions/],
          [{ ...none, partitionField: 'pages' }, /by the field tenant, expected partitions by the field pages/],
          [{ ...plain, partitionField }, /found no partitions, expected partitions by the field tenant/],
        ] as const) {
          const refusal = { code: 'vectors.other-fields', message: expect.stringMatching(message) };
          await expect(each.ensureCollection(other)).rejects.toMatchObject(refusal);
          await expect(each.hasCollection(other)).rejects.toMatchObject(refusal);
        }
      }
      for (const field of ['none', 'key', 'open']) {
        const odd = { ...collection, name: `${collection.name}_odd`, partitionField: field };
        await expect(vectors.ensureCollection(odd)).rejects.toMatchObject({ code: 'vectors.bad-field' });
      }
    });

    it('E4: replaces a row whose value changes: it is found, counted and read once, and deleted', async () => {
      const vector = Float32Array.of(0.1, -0.7);
      await vectors.upsert(collection.name, [row('moved', 'one'), row('updated', 'one'), row('stays', 'one')]);
      await vectors.upsert(collection.name, [{ ...row('moved', 'two'), vector }, row('new', 'three')]);
      await vectors.upsert(collection.name, [row('moved', 'five'), { ...row('moved', 'four'), vector }]);
      await vectors.updateFields(collection.name, [{ key: 'updated', fields: { tenant: 'two' } }]);

      const later = await current().open();
      expect(await later.count(collection.name)).toBe(4);
      const read = await Array.fromAsync(later.entries(collection.name));
      expect(read.map(({ key, fields }) => `${key} ${fields['tenant']}`).sort()).toEqual([
        ...['moved four', 'new three', 'stays one', 'updated two'],
      ]);
      expect((await later.find(collection.name, ['moved'])).get('moved')?.fields['tenant']).toBe('four');
      for (const [tenant, keys] of Object.entries({
        one: 'stays',
        two: 'updated',
        three: 'new',
        four: 'moved',
        five: '',
      })) {
        expect([tenant, ...(await keysWhere(is('tenant', '=', tenant)))].join(' ').trim()).toBe(
          `${tenant} ${keys}`.trim(),
        );
      }
      const [nearest] = await later.search(collection.name, vector, 1);
      expect(nearest).toMatchObject({ key: 'moved', similarity: expect.closeTo(1, 6) });

      await later.delete(collection.name, ['moved', 'updated']);
      expect(await vectors.count(collection.name)).toBe(2);
      expect(await keysWhere({ kind: 'in', field: 'tenant', values: ['two', 'four'] })).toEqual([]);
    });

    it('E4: finds by a condition on the field all rows that meet it, of every value', async () => {
      const tenants = ['Acme', 'acme', 'a"b', "a'b", 'a\\b', 'a\nb', '雪', '😀', "' OR 1=1 --", 'é'.repeat(500)];
      const numbers = [-(2n ** 63n), -1n, 0n, 9_007_199_254_740_993n, 2n ** 63n - 1n];
      const ofNumbers = { ...collection, name: `${collection.name}_numbers`, partitionField: 'pages' };
      await vectors.ensureCollection(ofNumbers);
      await vectors.upsert(
        collection.name,
        tenants.flatMap((tenant, at) => [row(`${at}`, tenant), row(`${at} more`, tenant, 2n)]),
      );
      await vectors.upsert(
        ofNumbers.name,
        numbers.map((pages, at) => row(`${at}`, 'any', pages)),
      );

      for (const [at, tenant] of tenants.entries()) {
        const where = is('tenant', '=', tenant);
        expect(await keysWhere(where)).toEqual([`${at}`, `${at} more`]);
        const many = { kind: 'and', conditions: [where, is('pages', '>', 1n)] } as const;
        expect(await keysWhere(many)).toEqual([`${at} more`]);
      }
      for (const [at, pages] of numbers.entries()) {
        expect(await keysWhere(is('pages', '=', pages), ofNumbers)).toEqual([`${at}`]);
      }
      const some = { kind: 'in', field: 'tenant', values: ['Acme', '雪'] } as const;
      expect(await keysWhere(some)).toHaveLength(4);
      expect(await keysWhere({ kind: 'not', condition: some })).toHaveLength(16);
      expect(await keysWhere({ kind: 'or', conditions: [some, is('pages', '>', 1n)] })).toHaveLength(12);
    });

    it('E4: is read once, row by row, and vectors are found by their texts, whatever the partition', async () => {
      const keys = Array.from({ length: 2_300 }, (_, at) => `${at}`);
      await vectors.upsert(
        collection.name,
        keys.map((key) => row(key, `tenant ${Number(key) % 40}`)),
      );

      const read = (await Array.fromAsync(vectors.entries(collection.name))).map(({ key }) => key);
      expect(read.toSorted()).toEqual(keys.toSorted());
      const texts = keys.slice(0, 100).map((key) => `block of ${key}`);
      expect((await vectors.findVectors(collection.name, { field: 'block_id', texts, where: {} })).size).toBe(100);
    });

    it('E4: has one row of a key that several processes write at once', async () => {
      const writers = await Promise.all(Array.from({ length: 4 }, () => current().open()));

      await Promise.all(
        writers.map((each, at) => each.upsert(collection.name, [row('a', `tenant ${at}`), row('b', 'b')])),
      );

      expect(await vectors.count(collection.name)).toBe(2);
      const found = (await vectors.find(collection.name, ['a'])).get('a')?.fields['tenant'] ?? '';
      expect(await keysWhere(is('tenant', '!=', found))).toEqual(['b']);
      expect(await keysWhere(is('tenant', '=', found))).toEqual(['a']);
    });
  });
}

const shape = {
  dimensions: 2,
  fields: ['block_id', 'tenant'],
  valueFields: { pages: 'integer', open: 'boolean' },
  partitionField: 'tenant',
} as const satisfies Omit<VectorCollection, 'name'>;

function row(key: string, tenant: string, pages = 1n): VectorRow {
  const values = { pages, open: true };
  return { key, fields: { block_id: `block of ${key}`, tenant }, values, vector: Float32Array.of(1, 0) };
}

function is(field: string, comparison: '=' | '!=' | '>', value: string | RowValue): RowCondition {
  return { kind: 'comparison', field, is: comparison, value };
}

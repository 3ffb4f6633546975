import { describe, expect, it } from '@jest/globals';
import { Binary, Long, ObjectId, UUID } from 'bson';
import { allOf, eachWithStore, errorOf, idsOf, textOf, type MakeStore } from './bundle.contract.js';

export function describeInserting(make: MakeStore): void {
  describe('inserting', () => {
    const context = eachWithStore(make);

    it('a document is read with its types and the order of its fields', async () => {
      const things = context.store.collection('things');
      const document = {
        _id: new ObjectId('65f000000000000000000001'),
        text: 'Größe 😀 "quoted"',
        whole: 7,
        real: 0.1,
        big: 9007199254740991,
        long: Long.fromString('9007199254740995'),
        yes: true,
        nothing: null,
        at: new Date('2026-01-02T03:04:05.678Z'),
        bytes: new Binary(Uint8Array.of(0, 255, 1)),
        uuid: new UUID('0189c3a5-8f2e-7b1c-9d4e-5f6a7b8c9d0e'),
        list: [1, 'two', { three: [3, null] }],
        nested: { z: 1, a: { deep: new ObjectId('65f000000000000000000002') } },
      };

      await things.insertOne(document);

      const found = await things.findOne({ _id: document._id });
      expect(textOf(found)).toBe(textOf(document));
      expect(Object.keys(found ?? {})).toEqual(Object.keys(document));
    });

    it('a later change of the inserted object does not change the stored document', async () => {
      const things = context.store.collection('things');
      const document = { _id: 'a', list: [1], nested: { n: 1 } };
      await things.insertOne(document);

      document.list.push(2);
      document.nested.n = 2;

      expect(await things.findOne({ _id: 'a' })).toEqual({ _id: 'a', list: [1], nested: { n: 1 } });
    });

    it('a document without an _id gets one', async () => {
      const things = context.store.collection('things');

      await things.insertMany([{ n: 1 }, { n: 2 }]);

      const ids = (await idsOf(things)).map(textOf);
      expect(new Set(ids).size).toBe(2);
      expect(ids.every((id) => id.includes('$oid'))).toBe(true);
    });

    it('a second document with the same _id is refused by its error code, and the first stays', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'a', n: 1 });

      const error = await errorOf(things.insertOne({ _id: 'a', n: 2 }));

      expect(error).toMatchObject({ kind: 'ProcessingError', code: 'store.duplicate-key' });
      expect(error.message).toContain('things');
      expect(await allOf(things)).toEqual([{ _id: 'a', n: 1 }]);
    });

    it('1, 1.0 and a long 1 are the same _id; "1" is another', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 1 });

      await expect(things.insertOne({ _id: Long.fromNumber(1) })).rejects.toMatchObject({
        code: 'store.duplicate-key',
      });
      await things.insertOne({ _id: '1' });

      expect(await things.count({})).toBe(2);
    });

    it('longs that differ only beyond the precision of a double are different ids', async () => {
      const things = context.store.collection('things');
      const ids = ['9007199254740993', '9007199254740994', '9007199254740995'].map((text) => Long.fromString(text));

      await things.insertMany(ids.toReversed().map((_id) => ({ _id })));

      expect((await idsOf(things, {}, { sort: { _id: 1 } })).map(String)).toEqual(ids.map(String));
    });

    it('an insert of many stores the documents before the first duplicate, and none after it', async () => {
      const things = context.store.collection<{ _id: number }>('things');
      await things.insertOne({ _id: 2500 });
      const documents = Array.from({ length: 3000 }, (_, index) => ({ _id: index }));

      await expect(things.insertMany(documents)).rejects.toMatchObject({ code: 'store.duplicate-key' });

      expect(await things.count({ _id: { $lt: 2500 } })).toBe(2500);
      expect(await things.count({ _id: { $gt: 2500 } })).toBe(0);
    });

    it('a document over 16 MB is refused, and later writes succeed', async () => {
      const things = context.store.collection('things');

      await expect(things.insertOne({ _id: 'big', text: 'x'.repeat(17 * 1024 * 1024) })).rejects.toMatchObject({
        kind: 'ProcessingError',
        code: 'store.insert-refused',
      });
      await things.insertOne({ _id: 'small' });

      expect(await idsOf(things)).toEqual(['small']);
    });

    it('a collection may have any name', async () => {
      const names = ['with space', `quote"'; DROP TABLE x; --`, 'Ünïcode', 'a.b.c'];

      for (const name of names) {
        await context.store.collection(name).insertOne({ _id: name });
      }

      expect(await context.store.collectionNames()).toEqual([...names].sort());
      for (const name of names) {
        expect(await idsOf(context.store.collection(name))).toEqual([name]);
      }
    });

    it('C7: a stored document is replaced as a whole; one that is not stored is not inserted', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { n: 1 } });
      await things.insertMany([
        { _id: 'a', n: 1, old: true },
        { _id: Long.fromString('9007199254740995'), n: 2 },
      ]);
      const a = { _id: 'a', z: 1, n: 7, b: { c: [1] } };

      const replaced = await things.replaceMany([
        a,
        { _id: Long.fromString('9007199254740995'), n: 8 },
        { _id: 'none' },
      ]);

      expect(replaced).toBe(2);
      expect(await things.findOne({ n: 7 })).toEqual(a);
      expect(await things.count({ n: { $in: [1, 2] } })).toBe(0);
      expect(await things.count({})).toBe(2);
    });

    it('C7: a document that is too large to be stored does not replace another', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'a', n: 1 });

      const error = await errorOf(things.replaceMany([{ _id: 'a', text: 'x'.repeat(17 * 1024 * 1024) }]));

      expect(error).toMatchObject({ code: 'store.update-refused' });
      expect(await things.findOne({ _id: 'a' })).toEqual({ _id: 'a', n: 1 });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { Binary, ObjectId } from 'bson';
import type { Collection } from '../store.js';
import { eachWithStore, idsOf, textOf, type MakeStore } from './bundle.contract.js';

const types = ['number', 'string', 'object', 'binData', 'objectId', 'bool', 'date'];

/** Reads a collection as the scan does: one BSON type after another, each page after the last id of the previous one. */
async function pagedIds(things: Collection, pageSize: number): Promise<unknown[]> {
  const ids: unknown[] = [];
  for (const type of types) {
    let after: unknown;
    for (let more = true; more;) {
      const _id = after === undefined ? { $type: type } : { $type: type, $gt: after };
      const page = await idsOf(things, { _id }, { sort: { _id: 1 }, limit: pageSize });
      ids.push(...page);
      after = page.at(-1);
      more = page.length === pageSize;
    }
  }
  return ids;
}

export function describePaging(make: MakeStore): void {
  describe('paging', () => {
    const context = eachWithStore(make);

    it('R7: paging type by type returns ids of every type once', async () => {
      const things = context.store.collection('things');
      const ids = [
        ...Array.from({ length: 25 }, (_, index) => index - 12.5),
        ...Array.from({ length: 25 }, (_, index) => `text ${index}`),
        ...Array.from({ length: 5 }, (_, index) => ({ part: index })),
        ...Array.from({ length: 5 }, (_, index) => new Binary(Uint8Array.of(index))),
        ...Array.from({ length: 25 }, () => new ObjectId()),
        false,
        true,
        ...Array.from({ length: 5 }, (_, index) => new Date(index * 1e12)),
      ];
      await things.insertMany(ids.map((_id) => ({ _id })));

      const paged = await pagedIds(things, 10);

      expect(paged.map(textOf).sort()).toEqual(ids.map(textOf).sort());
    });

    it('a long result is read completely, each document once', async () => {
      const things = context.store.collection<{ _id: number; even: boolean }>('things');
      await things.insertMany(Array.from({ length: 2345 }, (_, _id) => ({ _id, even: _id % 2 === 0 })));

      expect(new Set(await idsOf(things)).size).toBe(2345);
      expect(await idsOf(things, { even: true, _id: { $gte: 1000 } }, { sort: { _id: 1 } })).toEqual(
        Array.from({ length: 673 }, (_, index) => 1000 + index * 2),
      );
      expect(await idsOf(things, { _id: { $in: [2344, 7, 99999] } }, { sort: { _id: -1 } })).toEqual([2344, 7]);
    });

    it('while a result is read and documents are written and deleted, every remaining document is read once', async () => {
      const things = context.store.collection<{ _id: number; seen: boolean }>('things');
      await things.insertMany(Array.from({ length: 1000 }, (_, _id) => ({ _id, seen: false })));
      const read: number[] = [];

      for await (const { _id } of things.find({ seen: false }, { sort: { _id: 1 } })) {
        read.push(_id);
        await things.updateOne({ _id }, { $set: { seen: true } });
        if (_id === 0) {
          await things.deleteMany({ _id: { $gte: 900 } });
        }
      }

      expect(read.filter((_id) => _id < 900)).toEqual(Array.from({ length: 900 }, (_, index) => index));
      expect(await things.count({ seen: true })).toBe(900);
    });

    it('a reader may stop early, and the collection can be read again', async () => {
      const things = context.store.collection('things');
      await things.insertMany(Array.from({ length: 500 }, (_, _id) => ({ _id })));

      for await (const document of things.find({})) {
        expect(document).toHaveProperty('_id');
        break;
      }

      expect(await things.count({ _id: { $gte: 0 } })).toBe(500);
    });
  });
}

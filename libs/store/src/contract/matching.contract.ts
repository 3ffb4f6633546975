import { describe, expect, it } from '@jest/globals';
import { Binary, Long, ObjectId } from 'bson';
import type { Fields, Filter } from '../store.js';
import { eachWithStore, errorOf, idsOf, type MakeStore } from './bundle.contract.js';

const oid = (last: number) => new ObjectId(`65f0000000000000000000${String(last).padStart(2, '0')}`);
const day = (date: number) => new Date(Date.UTC(2026, 0, date));

const documents: readonly Fields[] = [
  { _id: 'number', v: 5 },
  { _id: 'long', v: Long.fromString('9007199254740995') },
  { _id: 'text', v: 'b' },
  { _id: 'null', v: null },
  { _id: 'missing' },
  { _id: 'list', v: [1, 5, 'b'] },
  { _id: 'empty', v: [] },
  { _id: 'object', v: { x: 1, y: 2 } },
  { _id: 'objects', v: [{ x: 1, y: 9 }, { x: 3, y: 2 }, { z: 0 }] },
  { _id: 'oid', v: oid(1) },
  { _id: 'date', v: day(2) },
  { _id: 'bytes', v: new Binary(Uint8Array.of(200, 201)) },
  { _id: 'true', v: true },
];

/** What the filter says, the filter, and the ids of what it matches. */
const cases: readonly (readonly [string, Filter, readonly string[]])[] = [
  ['a value, or an array that holds it', { v: 5 }, ['number', 'list']],
  ['a text, or an array that holds it', { v: 'b' }, ['text', 'list']],
  ['null matches null and missing', { v: null }, ['null', 'missing']],
  ['$eq null matches null and missing', { v: { $eq: null } }, ['null', 'missing']],
  ['$in with null matches null and missing', { v: { $in: [null, 5] } }, ['null', 'missing', 'number', 'list']],
  ['a whole array', { v: [1, 5, 'b'] }, ['list']],
  ['an ObjectId by its value', { v: new ObjectId('65f000000000000000000001') }, ['oid']],
  ['the text of an ObjectId is not the ObjectId', { v: '65f000000000000000000001' }, []],
  ['$in with ObjectIds', { v: { $in: [oid(7), oid(1)] } }, ['oid']],
  ['a date by its value', { v: day(2) }, ['date']],
  ['binary by its bytes', { v: new Binary(Uint8Array.of(200, 201)) }, ['bytes']],
  ['other bytes do not match', { v: new Binary(Uint8Array.of(200, 202)) }, []],
  ['a long by its exact value', { v: Long.fromString('9007199254740995') }, ['long']],
  ['$gt stays within numbers', { v: { $gt: 4 } }, ['number', 'long', 'list']],
  ['$lt stays within numbers', { v: { $lt: 5 } }, ['list']],
  ['$gte stays within texts', { v: { $gte: 'a' } }, ['text', 'list']],
  ['$lte stays within dates', { v: { $lte: day(3) } }, ['date']],
  ['$gt of ObjectIds', { v: { $gt: oid(0) } }, ['oid']],
  ['two bounds of a scalar', { v: { $gte: 5, $lt: 6 } }, ['number', 'list']],
  ['$elemMatch asks both of one element', { v: { $elemMatch: { $gt: 1, $lt: 5 } } }, []],
  ['$elemMatch with a filter of objects', { v: { $elemMatch: { x: 3, y: 2 } } }, ['objects']],
  ['conditions on paths may be met by different objects', { 'v.x': 3, 'v.y': 9 }, ['objects']],
  ['$elemMatch is met by one object', { v: { $elemMatch: { x: 3, y: 9 } } }, []],
  ['a path into objects and arrays of objects', { 'v.x': 1 }, ['object', 'objects']],
  ['a path with a number names an element', { 'v.1.x': 3 }, ['objects']],
  ['a path that ends in a number', { 'v.0': 1 }, ['list']],
  ['$exists', { v: { $exists: false } }, ['missing']],
  ['$exists takes null for a value', { v: { $exists: true }, _id: { $in: ['null', 'missing'] } }, ['null']],
  ['$exists at a path', { 'v.z': { $exists: true } }, ['objects']],
  [
    '$ne is the opposite of equal',
    { v: { $ne: 5 }, _id: { $in: ['number', 'list', 'text', 'missing'] } },
    ['text', 'missing'],
  ],
  ['$ne null', { v: { $ne: null }, _id: { $in: ['null', 'missing', 'text', 'empty'] } }, ['text', 'empty']],
  ['$nin', { v: { $nin: [5, null] }, _id: { $in: ['number', 'list', 'null', 'missing', 'text'] } }, ['text']],
  [
    '$not with an operator',
    { v: { $not: { $gt: 4 } }, _id: { $in: ['number', 'text', 'missing'] } },
    ['text', 'missing'],
  ],
  ['$not with a pattern', { v: { $not: /^b/ }, _id: { $in: ['number', 'text', 'missing'] } }, ['number', 'missing']],
  ['$type by name', { v: { $type: 'objectId' } }, ['oid']],
  ['$type by several names', { v: { $type: ['date', 'binData', 'bool'] } }, ['date', 'bytes', 'true']],
  ['$type number', { v: { $type: 'number' } }, ['number', 'long', 'list']],
  ['$type string looks into arrays', { v: { $type: 'string' } }, ['text', 'list']],
  ['$type array', { v: { $type: 'array' } }, ['list', 'empty', 'objects']],
  ['$type null is not missing', { v: { $type: 'null' } }, ['null']],
  ['$type long', { v: { $type: 'long' } }, ['long']],
  ['$size', { v: { $size: 3 } }, ['list', 'objects']],
  ['$all', { v: { $all: ['b', 1] } }, ['list']],
  ['$regex', { v: { $regex: '^B', $options: 'i' } }, ['text', 'list']],
  ['a pattern', { v: /^b$/ }, ['text', 'list']],
  ['$in with a pattern', { v: { $in: [/^b$/, oid(1)] } }, ['text', 'list', 'oid']],
  ['$mod', { v: { $mod: [4, 1] }, _id: { $ne: 'long' } }, ['number', 'list']],
  ['$and', { $and: [{ v: 5 }, { v: 'b' }] }, ['list']],
  ['$or', { $or: [{ v: 5 }, { v: { $type: 'date' } }] }, ['number', 'list', 'date']],
  ['$nor', { $nor: [{ v: { $exists: true } }] }, ['missing']],
  ['$nor of several', { $nor: [{ v: { $ne: 5 } }, { v: 'b' }] }, ['number']],
  ['$not with several operators', { v: { $not: { $gt: 4, $lt: 6 } }, _id: { $in: ['number', 'text'] } }, ['text']],
  ['$or within $and, with ids', { _id: { $in: ['text', 'null'] }, $and: [{ $or: [{ v: null }, { v: 1 }] }] }, ['null']],
];

export function describeMatching(make: MakeStore): void {
  describe('matching', () => {
    const context = eachWithStore(make);

    it.each(cases)('%s', async (_, filter, expected) => {
      const things = context.store.collection('things');
      await things.insertMany(documents);

      const found = await idsOf(things, filter);

      expect([...found].sort()).toEqual([...expected].sort());
    });

    it('an index changes nothing of what matches', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { v: 1 } });
      await things.ensureIndex({ keys: { 'v.x': 1, v: -1 } });
      await things.insertMany(documents);

      for (const [name, filter, expected] of cases) {
        const found = await idsOf(things, filter);
        expect([name, ...[...found].sort()]).toEqual([name, ...[...expected].sort()]);
      }
    });

    it('count counts what find finds', async () => {
      const things = context.store.collection('things');
      await things.insertMany(documents);

      expect(await things.count({})).toBe(documents.length);
      expect(await things.count({ v: { $gt: 4 } })).toBe(3);
      expect(await context.store.collection('nothing').count({})).toBe(0);
    });

    it('an undefined condition is refused rather than matching everything', async () => {
      const things = context.store.collection('things');
      await things.insertMany(documents);

      for (const filter of [{ v: undefined }, { v: { $eq: undefined } }, { $or: [{ v: undefined }] }]) {
        expect(await errorOf(things.count(filter))).toMatchObject({ code: 'store.filter-refused' });
      }
    });

    it('an operator that there is not is refused', async () => {
      const things = context.store.collection('things');
      await things.insertMany(documents);

      for (const filter of [{ v: { $like: 1 } }, { $neither: [] }, { v: { $in: 5 } }]) {
        expect(await errorOf(things.count(filter))).toMatchObject({ code: 'store.filter-refused' });
      }
    });

    it('an operator without what it needs is refused', async () => {
      const things = context.store.collection('things');
      await things.insertMany(documents);

      for (const filter of [{ $or: [] }, { $nor: [] }, { $and: 5 }, { $or: [5] }, { v: { $gt: 1, x: 1 } }]) {
        expect(await errorOf(things.count(filter))).toMatchObject({ code: 'store.filter-refused' });
      }
    });
  });
}

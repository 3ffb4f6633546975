// Long because the table of the operators belongs together.
import { describe, expect, it } from '@jest/globals';
import { Long, ObjectId } from 'bson';
import type { Fields, Update } from '../store.js';
import { allOf, eachWithStore, textOf, type MakeStore } from './bundle.contract.js';

const at = new Date('2026-01-02T03:04:05.678Z');

/** The meaning of the update, the fields before it, the update, the fields after it. */
const cases: readonly (readonly [string, Fields, Update, Fields])[] = [
  ['$set creates missing parents', { a: 1 }, { $set: { a: 2, 'b.c.d': 3 } }, { a: 2, b: { c: { d: 3 } } }],
  [
    '$set accepts dates, ids and objects',
    {},
    { $set: { at, id: new ObjectId('65f000000000000000000001'), o: { x: [1] } } },
    { at, id: new ObjectId('65f000000000000000000001'), o: { x: [1] } },
  ],
  [
    '$set changes an element by its index',
    { a: [{ x: 1 }, { x: 2 }] },
    { $set: { 'a.1.x': 3 } },
    { a: [{ x: 1 }, { x: 3 }] },
  ],
  ['$set beyond the end pads with null', { a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
  ['$set ignores undefined values', { a: 1 }, { $set: { a: undefined, b: 2 } }, { a: 1, b: 2 }],
  [
    '$unset removes a field, and ignores a missing one',
    { a: { b: 1, c: 2 } },
    { $unset: { 'a.b': '', x: '' } },
    { a: { c: 2 } },
  ],
  ['$unset makes an element null', { a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
  ['$inc adds, starting at 0', { a: 1 }, { $inc: { a: 2.5, 'b.c': -1 } }, { a: 3.5, b: { c: -1 } }],
  [
    '$inc adds to longs exactly',
    { a: Long.fromString('9007199254740993') },
    { $inc: { a: 2 } },
    { a: Long.fromString('9007199254740995') },
  ],
  ['$mul multiplies, starting at 0', { a: 4 }, { $mul: { a: 0.5, b: 7 } }, { a: 2, b: 0 }],
  ['$min keeps the smaller value', { a: 4, b: 4 }, { $min: { a: 3, b: 5, c: 6 } }, { a: 3, b: 4, c: 6 }],
  [
    '$max keeps the larger value',
    { a: 4, b: 4, at: null },
    { $max: { a: 3, b: 5, c: 6, at } },
    { a: 4, b: 5, at, c: 6 },
  ],
  [
    '$rename moves a field',
    { a: 1, b: { c: 2 } },
    { $rename: { a: 'x', 'b.c': 'y.z', gone: 'q' } },
    { b: {}, x: 1, y: { z: 2 } },
  ],
  [
    '$push adds one value',
    { a: [1] },
    { $push: { a: [2, 3], 'b.c': { d: 1 } } },
    { a: [1, [2, 3]], b: { c: [{ d: 1 }] } },
  ],
  [
    '$push with $each adds several',
    { a: [1] },
    { $push: { a: { $each: [2, 3] }, b: { $each: [] } } },
    { a: [1, 2, 3], b: [] },
  ],
  ['$push with $position', { a: [1, 2, 3] }, { $push: { a: { $each: [9], $position: 1 } } }, { a: [1, 9, 2, 3] }],
  [
    '$push with a negative $position',
    { a: [1, 2, 3] },
    { $push: { a: { $each: [9], $position: -1 } } },
    { a: [1, 2, 9, 3] },
  ],
  [
    '$push with $slice keeps the last',
    { a: [1, 2] },
    { $push: { a: { $each: [3, 4], $slice: -3 } } },
    { a: [2, 3, 4] },
  ],
  [
    '$push with $slice keeps the first, of a new array too',
    {},
    { $push: { a: { $each: [3, 4, 5], $slice: 2 } } },
    { a: [3, 4] },
  ],
  ['$push with $slice 0 empties', { a: [1] }, { $push: { a: { $each: [2], $slice: 0 } } }, { a: [] }],
  ['$push with $sort', { a: [3, 1] }, { $push: { a: { $each: [2], $sort: -1 } } }, { a: [3, 2, 1] }],
  [
    '$push with $sort by fields, then $slice',
    {
      a: [
        { x: 1, y: 1 },
        { x: 2, y: 1 },
      ],
    },
    { $push: { a: { $each: [{ x: 1, y: 0 }], $sort: { x: 1, y: 1 }, $slice: 2 } } },
    {
      a: [
        { x: 1, y: 0 },
        { x: 1, y: 1 },
      ],
    },
  ],
  [
    '$addToSet adds a missing value',
    { a: [1, 1] },
    { $addToSet: { a: 2, b: { x: 1 } } },
    { a: [1, 1, 2], b: [{ x: 1 }] },
  ],
  [
    '$addToSet ignores an existing value',
    { a: [{ x: 1, y: 2 }] },
    { $addToSet: { a: { x: 1, y: 2 } } },
    { a: [{ x: 1, y: 2 }] },
  ],
  ['$addToSet with $each', { a: [1] }, { $addToSet: { a: { $each: [1, 2, 2] } } }, { a: [1, 2] }],
  [
    '$addToSet compares ids by value',
    { a: [new ObjectId('65f000000000000000000001')] },
    { $addToSet: { a: new ObjectId('65f000000000000000000001') } },
    { a: [new ObjectId('65f000000000000000000001')] },
  ],
  ['$pull by value', { a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
  ['$pull by a condition', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
  [
    '$pull by fields of objects',
    {
      a: [
        { id: 'x', n: 1 },
        { id: 'y', n: 1 },
      ],
    },
    { $pull: { a: { id: 'x' } } },
    { a: [{ id: 'y', n: 1 }] },
  ],
  ['$pull of a missing array', { b: 1 }, { $pull: { a: 1 } }, { b: 1 }],
  ['$pullAll', { a: [1, 2, 3, 1] }, { $pullAll: { a: [1, 3] } }, { a: [2] }],
  [
    '$pop removes the last or the first element',
    { a: [1, 2], b: [1, 2] },
    { $pop: { a: 1, b: -1 } },
    { a: [1], b: [2] },
  ],
  [
    '$setOnInsert does not change an existing document',
    { a: 1 },
    { $setOnInsert: { a: 2 }, $set: { b: 1 } },
    { a: 1, b: 1 },
  ],
  [
    'several operators at once',
    { n: 1, a: [] },
    { $inc: { n: 1 }, $push: { a: 'x' }, $set: { s: 'done' }, $unset: { gone: '' } },
    { n: 2, a: ['x'], s: 'done' },
  ],
];

export function describeUpdating(make: MakeStore): void {
  describe('updating', () => {
    const context = eachWithStore(make);

    it.each(cases)('%s', async (_, before, update, after) => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'it', ...before });

      const { matched } = await things.updateOne({ _id: 'it' }, update);

      expect(matched).toBe(1);
      expect(textOf(await things.findOne({ _id: 'it' }))).toBe(textOf({ _id: 'it', ...after }));
    });

    it('an update that changes nothing matches and modifies nothing', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 1, a: 1, list: [1], o: { x: at } });

      for (const update of [
        { $set: { a: 1, o: { x: at } } },
        { $addToSet: { list: 1 } },
        { $unset: { x: '' } },
        { $max: { a: 0 } },
        { $pull: { list: 5 } },
        { $inc: { a: 0 } },
        { $setOnInsert: { b: 1 } },
      ]) {
        expect(await things.updateOne({ _id: 1 }, update)).toEqual({ matched: 1, modified: 0, inserted: false });
      }
      expect(await things.updateOne({ _id: 2 }, { $set: { a: 2 } })).toEqual({
        matched: 0,
        modified: 0,
        inserted: false,
      });
    });

    it('updateOne changes one document, updateMany all matching ones', async () => {
      const things = context.store.collection('things');
      await things.insertMany(Array.from({ length: 2500 }, (_, _id) => ({ _id, kind: _id % 2 })));

      expect(await things.updateOne({ kind: 0 }, { $set: { one: true } })).toMatchObject({ matched: 1, modified: 1 });
      expect(await things.updateMany({ kind: 1 }, { $set: { many: true } })).toMatchObject({
        matched: 1250,
        modified: 1250,
      });
      expect(await things.updateMany({ _id: { $in: [1, 2, 3] }, kind: 1 }, { $set: { many: true } })).toMatchObject({
        matched: 2,
        modified: 0,
      });

      expect(await things.count({ one: true })).toBe(1);
      expect(await things.count({ many: true })).toBe(1250);
    });

    it('updateMany updates each document once, though it changes the fields of its filter', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { n: 1 } });
      await things.insertMany(Array.from({ length: 2000 }, (_, _id) => ({ _id, n: _id })));

      await things.updateMany({ n: { $gte: 0 } }, { $inc: { n: 3000 } });

      expect(await things.count({ n: { $gte: 3000, $lt: 5000 } })).toBe(2000);
    });

    it('an upsert creates the document with the equality conditions of its filter, and updates it the next time', async () => {
      const things = context.store.collection('things');
      const filter = { _id: 'a', kind: { $eq: 'k' }, 'deep.x': 1, n: { $gt: 0 }, $and: [{ owner: 'me' }] };
      const update = { $set: { n: 5 }, $setOnInsert: { made: true }, $push: { list: 1 } };

      expect(await things.updateOne(filter, update, { upsert: true })).toEqual({
        matched: 0,
        modified: 0,
        inserted: true,
      });
      expect(await things.updateOne(filter, update, { upsert: true })).toEqual({
        matched: 1,
        modified: 1,
        inserted: false,
      });

      expect(await allOf(things)).toEqual([
        { _id: 'a', kind: 'k', deep: { x: 1 }, owner: 'me', n: 5, made: true, list: [1, 1] },
      ]);
    });

    it('an upsert whose filter does not match the document with the same _id is a duplicate', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'a', n: 1 });

      await expect(things.updateOne({ _id: 'a', n: 2 }, { $set: { x: 1 } }, { upsert: true })).rejects.toMatchObject({
        code: 'store.duplicate-key',
      });
      expect(await allOf(things)).toEqual([{ _id: 'a', n: 1 }]);
    });

    it('findOneAndUpdate updates the first document in order and returns it after the update', async () => {
      const things = context.store.collection('things');
      await things.insertMany([
        { _id: 'late', due: 3 },
        { _id: 'soon', due: 1 },
        { _id: 'done', due: 0, done: true },
      ]);
      const take = { $set: { done: true, at } };

      const first = await things.findOneAndUpdate({ done: null }, take, { sort: { due: 1 } });
      const second = await things.findOneAndUpdate({ done: null }, take, { sort: { due: 1 } });
      const third = await things.findOneAndUpdate({ done: null }, take, { sort: { due: 1 } });

      expect([first, second, third]).toEqual([
        { _id: 'soon', due: 1, done: true, at },
        { _id: 'late', due: 3, done: true, at },
        null,
      ]);
    });

    it('deleteMany deletes all matching documents and returns their number', async () => {
      const things = context.store.collection('things');
      await things.insertMany(Array.from({ length: 1500 }, (_, _id) => ({ _id, kind: _id % 3 })));

      expect(await things.deleteMany({ kind: 0 })).toBe(500);
      expect(await things.deleteMany({ _id: { $in: [1, 2, 3] } })).toBe(2);
      expect(await things.deleteMany({ kind: 0 })).toBe(0);

      expect(await things.count({})).toBe(998);
    });

    it.each([
      ['texts', 'old'],
      ['an array', ['old', 'other']],
    ])('deleteMany by an index deletes every page, also of documents that have %s there', async (_, kind) => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { kind: 1 } });
      await things.insertMany(Array.from({ length: 2_500 }, (_, _id) => ({ _id, kind: _id < 10 ? 'new' : 'old' })));
      await things.updateOne({ _id: 2_499 }, { $set: { kind } });

      expect(await things.deleteMany({ kind: { $in: ['old', 'none'] } })).toBe(2_490);

      expect(await things.count({})).toBe(10);
      expect(await things.deleteMany({ kind: 'old' })).toBe(0);
    });
  });
}

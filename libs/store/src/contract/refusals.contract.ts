import { describe, expect, it } from '@jest/globals';
import type { Fields, Update } from '../store.js';
import { allOf, eachWithStore, errorOf, type MakeStore } from './bundle.contract.js';

/** The mistake, the fields of the document, and the update that MongoDB refuses for them. */
const cases: readonly (readonly [string, Fields, Update])[] = [
  ['$push to a text', { a: 'x' }, { $push: { a: 1 } }],
  ['$addToSet to an object', { a: {} }, { $addToSet: { a: 1 } }],
  ['$pull from a number', { a: 1 }, { $pull: { a: 1 } }],
  ['$pop from a text', { a: 'x' }, { $pop: { a: 1 } }],
  ['$inc of a text', { a: '1' }, { $inc: { a: 1 } }],
  ['$inc by a text', { a: 1 }, { $inc: { a: '1' } }],
  ['$mul of a date', { a: new Date(0) }, { $mul: { a: 2 } }],
  ['a path through a text', { a: 'x' }, { $set: { 'a.b': 1 } }],
  ['a path through a date', { a: new Date(0) }, { $set: { 'a.b': 1 } }],
  ['a name within an array', { a: [{ b: 1 }] }, { $set: { 'a.b': 2 } }],
  ['$push through an array', { a: [{ b: [] }] }, { $push: { 'a.b': 2 } }],
  ['another _id', { a: 1 }, { $set: { _id: 'other' } }],
  ['no _id', { a: 1 }, { $unset: { _id: '' } }],
  ['an _id renamed', { a: 1 }, { $rename: { _id: 'id' } }],
  ['two updates of one path', { a: 1 }, { $set: { a: 2 }, $inc: { a: 1 } }],
  ['an update of a path and of one within it', { a: {} }, { $set: { a: {}, 'a.b': 1 } }],
  ['an unknown operator', { a: 1 }, { $increase: { a: 1 } }],
];

export function describeRefusals(make: MakeStore): void {
  describe('refusing an update', () => {
    const context = eachWithStore(make);

    it.each(cases)('%s is refused, and the document does not change', async (_, fields, update) => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'it', ...fields });
      const refused = { kind: 'ProcessingError', code: 'store.update-refused' };

      expect(await errorOf(things.updateOne({ _id: 'it' }, update))).toMatchObject(refused);
      expect(await errorOf(things.updateMany({ _id: 'it' }, update))).toMatchObject(refused);
      expect(await errorOf(things.findOneAndUpdate({ _id: 'it' }, update))).toMatchObject(refused);
      expect(await things.bulk([{ filter: { _id: 'it' }, update }])).toMatchObject({
        modified: 0,
        refused: [{ index: 0, code: 'store.update-refused' }],
      });

      expect(await allOf(things)).toEqual([{ _id: 'it', ...fields }]);
    });

    it('an update of which one operator is refused changes nothing', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'it', n: 1, list: [1], text: 'x' });

      await expect(
        things.updateOne({ _id: 'it' }, { $inc: { n: 1 }, $pop: { list: 1 }, $push: { text: 'y' } }),
      ).rejects.toMatchObject({ code: 'store.update-refused' });

      expect(await allOf(things)).toEqual([{ _id: 'it', n: 1, list: [1], text: 'x' }]);
    });

    it('setting _id to its current value is allowed', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'it', n: 1 });

      expect(await things.updateOne({ _id: 'it' }, { $set: { _id: 'it', n: 2 } })).toMatchObject({ modified: 1 });
    });
  });
}

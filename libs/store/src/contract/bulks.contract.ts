import { describe, expect, it } from '@jest/globals';
import { allOf, eachWithStore, idsOf, type MakeStore } from './bundle.contract.js';

export function describeBulks(make: MakeStore): void {
  describe('bulks', () => {
    const context = eachWithStore(make);

    it('every entry updates the one document of its filter', async () => {
      const things = context.store.collection('things');
      await things.insertMany(
        Array.from({ length: 1500 }, (_, _id) => ({ _id, claim: _id % 3 === 0 ? 'other' : 'mine' })),
      );

      const counts = await things.bulk(
        Array.from({ length: 1500 }, (_, _id) => ({ filter: { _id, claim: 'mine' }, update: { $set: { done: _id } } })),
      );

      expect(counts).toEqual({ matched: 1000, modified: 1000, refused: [] });
      expect(await idsOf(things, { done: { $exists: true }, claim: 'other' })).toEqual([]);
      expect(await things.findOne({ _id: 7 })).toEqual({ _id: 7, claim: 'mine', done: 7 });
    });

    it('entries for one document all take effect', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'it', n: 0 });

      const counts = await things.bulk(
        Array.from({ length: 10 }, () => ({ filter: { _id: 'it' }, update: { $inc: { n: 1 } } })),
      );

      expect(counts).toEqual({ matched: 10, modified: 10, refused: [] });
      expect(await things.findOne({ _id: 'it' })).toEqual({ _id: 'it', n: 10 });
    });

    it('refused writes are reported by their index, and all others are carried out', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { key: 1 }, unique: true });
      await things.insertMany([
        { _id: 0, key: 0, list: [] },
        { _id: 1, key: 1, list: 'text' },
        { _id: 2, key: 2, list: [] },
        { _id: 3, key: 3, list: [] },
      ]);

      const counts = await things.bulk([
        { filter: { _id: 0 }, update: { $push: { list: 'x' } } },
        { filter: { _id: 1 }, update: { $push: { list: 'x' } } },
        { filter: { _id: 2 }, update: { $set: { key: 0 } } },
        { filter: { _id: 3 }, update: { $push: { list: 'x' } } },
        { filter: { _id: 99 }, update: { $push: { list: 'x' } } },
      ]);

      expect(counts).toMatchObject({ matched: expect.any(Number), modified: 2 });
      expect([...counts.refused].sort((one, other) => one.index - other.index)).toEqual([
        { index: 1, code: 'store.update-refused', message: expect.any(String) },
        { index: 2, code: 'store.duplicate-key', message: expect.any(String) },
      ]);
      expect(await allOf(things, {}, { sort: { _id: 1 } })).toEqual([
        { _id: 0, key: 0, list: ['x'] },
        { _id: 1, key: 1, list: 'text' },
        { _id: 2, key: 2, list: [] },
        { _id: 3, key: 3, list: ['x'] },
      ]);
    });

    it('of conditional updates that differ in their ids alone, each takes effect once, and a refused one is reported', async () => {
      const things = context.store.collection('things');
      const ids = Array.from({ length: 20 }, (_, index) => index);
      await things.insertMany(ids.map((_id) => ({ _id, state: 'pending', n: _id === 7 ? 'text' : 0 })));
      await things.updateOne({ _id: 9 }, { $set: { state: 'taken' } });
      const updates = ids.map((_id) => ({
        filter: { _id, state: 'pending' },
        update: { $set: { state: 'taken' }, $inc: { n: 1 } },
      }));

      const { refused } = await things.bulk(updates);

      expect(refused).toEqual([{ index: 7, code: 'store.update-refused', message: expect.any(String) }]);
      const others = ids.filter((_id) => ![7, 9].includes(_id));
      expect(await idsOf(things, { state: 'taken', n: 1 })).toEqual(others);
      expect(await things.findOne({ _id: 7 })).toEqual({ _id: 7, state: 'pending', n: 'text' });
      expect(await things.findOne({ _id: 9 })).toEqual({ _id: 9, state: 'taken', n: 0 });
    });

    it('updates that differ in very long ids alone are carried out', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'it', state: 'pending' });
      const ids = [...Array.from({ length: 900 }, (_, number) => `${number}`.padEnd(20_000, '-')), 'it'];
      const update = { $set: { state: 'taken' } };

      expect(await things.bulk(ids.map((_id) => ({ filter: { _id, state: 'pending' }, update })))).toEqual({
        ...{ matched: 1, modified: 1 },
        refused: [],
      });
    });

    it('the message of a refusal contains nothing of the documents', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'it', list: 'a secret answer' });

      const { refused } = await things.bulk([{ filter: { _id: 'it' }, update: { $push: { list: 'another secret' } } }]);

      expect(refused[0]?.message).not.toBe('');
      expect(refused[0]?.message).not.toContain('secret');
    });

    it('a conditional $push is applied once, however often it is repeated', async () => {
      const things = context.store.collection('things');
      await things.insertMany([0, 1, 2].map((_id) => ({ _id, state: 'requested' })));
      const answers = [0, 1, 2].map((_id) => ({
        filter: { _id, state: 'requested' },
        update: { $push: { answers: `answer ${_id}` }, $set: { state: 'done' } },
      }));

      const all = await Promise.all([things.bulk(answers), things.bulk(answers), things.bulk(answers)]);

      expect(all.reduce((sum, { modified }) => sum + modified, 0)).toBe(3);
      expect(await allOf(things, {}, { sort: { _id: 1 } })).toEqual(
        [0, 1, 2].map((_id) => ({ _id, state: 'done', answers: [`answer ${_id}`] })),
      );
    });

    it('an entry with upsert creates the document that it does not find, and updates the one that it finds', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 'there', n: 1 });

      const counts = await things.bulk([
        { filter: { _id: 'there' }, update: { $set: { n: 2 } }, upsert: true },
        { filter: { _id: 'new' }, update: { $set: { n: 3 } }, upsert: true },
        { filter: { _id: 'new' }, update: { $inc: { n: 1 } }, upsert: true },
        { filter: { _id: 'missing' }, update: { $set: { n: 4 } } },
      ]);

      expect(counts.refused).toEqual([]);
      expect(await allOf(things, {}, { sort: { _id: 1 } })).toEqual([
        { _id: 'new', n: 4 },
        { _id: 'there', n: 2 },
      ]);
    });

    it('an empty bulk does nothing', async () => {
      expect(await context.store.collection('things').bulk([])).toEqual({ matched: 0, modified: 0, refused: [] });
    });
  });
}

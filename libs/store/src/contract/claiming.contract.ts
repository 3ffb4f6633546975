import { describe, expect, it } from '@jest/globals';
import type { Fields } from '../store.js';
import { concurrently, eachWithStore, idsOf, type MakeStore } from './bundle.contract.js';

const claimers = 16;
const total = 2000;

interface Claimable extends Fields {
  _id: string;
  status: string;
}

function pending(): Claimable[] {
  return Array.from({ length: total }, (_, index) => ({ _id: `document ${index}`, status: 'pending' }));
}

export function describeClaiming(make: MakeStore): void {
  describe('claiming', () => {
    const context = eachWithStore(make);

    it('R7: 16 concurrent claimers take 2,000 documents one by one, and none is taken twice', async () => {
      const things = context.store.collection<Claimable>('things');
      await things.ensureIndex({ keys: { status: 1 } });
      await things.insertMany(pending());

      const taken = await concurrently(claimers, async (claimer) => {
        const mine: string[] = [];
        const update = { $set: { status: 'taken', claimer }, $inc: { times: 1 } };
        for (
          let document = await things.findOneAndUpdate({ status: 'pending' }, update);
          document !== null;
          document = await things.findOneAndUpdate({ status: 'pending' }, update)
        ) {
          mine.push(document._id);
        }
        return mine;
      });

      expect(taken.flat()).toHaveLength(total);
      expect(new Set(taken.flat()).size).toBe(total);
      expect(await things.count({ times: 1 })).toBe(total);
    });

    it('R7: 16 concurrent claimers mark pages and read back their own documents, and none is taken twice', async () => {
      const things = context.store.collection<Claimable>('things');
      await things.insertMany(pending());

      const taken = await concurrently(claimers, async (claimer) => {
        const mine: unknown[] = [];
        for (let page = 0; ; page++) {
          const seen = await idsOf(things, { status: 'pending' }, { limit: 150, projection: { _id: 1 } });
          if (seen.length === 0) {
            return mine;
          }
          const claim = `${claimer}/${page}`;
          await things.updateMany({ _id: { $in: seen }, status: 'pending' }, { $set: { status: 'taken', claim } });
          mine.push(...(await idsOf(things, { _id: { $in: seen }, claim })));
        }
      });

      expect(taken.flat()).toHaveLength(total);
      expect(new Set(taken.flat()).size).toBe(total);
    });

    it('concurrent conditional $inc never exceeds its bound', async () => {
      const budgets = context.store.collection('budgets');
      await budgets.insertOne({ _id: 'budget', held: 0 });
      const limit = 100;

      const granted = await concurrently(claimers, async () => {
        let sum = 0;
        for (let attempt = 0; attempt < 20; attempt++) {
          const { modified } = await budgets.updateOne(
            { _id: 'budget', held: { $lte: limit - 3 } },
            { $inc: { held: 3 } },
          );
          sum += modified * 3;
        }
        return sum;
      });

      expect(granted.reduce((sum, amount) => sum + amount, 0)).toBe(99);
      expect(await budgets.findOne({ _id: 'budget' })).toEqual({ _id: 'budget', held: 99 });
    });

    it('of concurrent inserts of one _id exactly one succeeds', async () => {
      const things = context.store.collection('things');

      const outcomes = await concurrently(claimers, async (claimer) =>
        things.insertOne({ _id: 'one', claimer }).then(
          () => 'inserted',
          (error: unknown) => (error as { code: string }).code,
        ),
      );

      expect(outcomes.filter((outcome) => outcome === 'inserted')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'store.duplicate-key')).toHaveLength(claimers - 1);
    });

    it('concurrent upserts of one _id create one document', async () => {
      const things = context.store.collection('things');

      await concurrently(claimers, async () => things.updateOne({ _id: 'one' }, { $inc: { n: 1 } }, { upsert: true }));

      expect(await things.findOne({ _id: 'one' })).toEqual({ _id: 'one', n: claimers });
    });
  });
}

// Long because the table of the differences belongs together.
import { describe, expect, it } from '@jest/globals';
import { Decimal128, Long, ObjectId } from 'bson';
import type { Collection, Fields, Filter, Sort, Update } from '../store.js';
import { eachWithStore, textOf, type MakeStore } from './bundle.contract.js';

/** A value that comes back, or the code of the error. */
type Outcome = { readonly found: unknown } | { readonly refused: string };

interface Difference {
  readonly about: string;
  readonly act: (things: Collection) => Promise<unknown>;
  readonly outcomes: {
    /** What MongoDB's manual says, and what `npm run test:replica-set` shows. */
    readonly mongodb: Outcome;
    /** mongo-java-server 1.47, on which the tests of `*.real.spec.ts` run. */
    readonly standIn: Outcome;
    /** Only where it is not what MongoDB does. */
    readonly embedded?: Outcome;
  };
}

export type StoreServer = keyof Difference['outcomes'];

const refusedUpdate = { refused: 'store.update-refused' };

/** The document after an update. */
function updated(before: Fields, update: Update): Difference['act'] {
  return async (things) => {
    await things.insertOne({ _id: 1, ...before });
    await things.updateOne({ _id: 1 }, update);
    const found = await things.findOne({ _id: 1 });
    return found?.['a'];
  };
}

const values: readonly unknown[] = [
  ...[null, Number.NaN, 1, Decimal128.fromString('3'), 'b', { x: 1 }, [], [2, 9], [{ x: 1, y: 2 }]],
  new ObjectId('65f000000000000000000001'),
];

/** The places, in the list of values, of those that match. */
function matching(filter: Filter, sort: Sort = { _id: 1 }): Difference['act'] {
  return async (things) => {
    await things.insertMany(values.map((v, _id) => ({ _id, v })));
    const found = await Array.fromAsync(things.find(filter, { sort }));
    return found.map(({ _id }) => _id);
  };
}

const differences: readonly Difference[] = [
  {
    about: '$set through null creates no object',
    act: updated({ a: null }, { $set: { 'a.b': 1 } }),
    outcomes: { mongodb: refusedUpdate, standIn: { found: { b: 1 } } },
  },
  {
    about: '$push to null makes no array',
    act: updated({ a: null }, { $push: { a: 1 } }),
    outcomes: { mongodb: refusedUpdate, standIn: { found: [1] } },
  },
  {
    about: '$inc of null starts no number',
    act: updated({ a: null }, { $inc: { a: 1 } }),
    outcomes: { mongodb: refusedUpdate, standIn: { found: 1 } },
  },
  {
    about: '$inc past 64 bits is refused',
    act: updated({ a: Long.MAX_VALUE }, { $inc: { a: 1 } }),
    outcomes: { mongodb: refusedUpdate, standIn: { found: Long.MIN_VALUE } },
  },
  {
    about: '$inc of a decimal',
    act: updated({ a: Decimal128.fromString('1.1') }, { $inc: { a: 1 } }),
    outcomes: {
      mongodb: { found: Decimal128.fromString('2.1') },
      standIn: { found: Decimal128.fromString('2.1') },
      embedded: refusedUpdate,
    },
  },
  {
    about: '$rename of a field to itself is refused',
    act: updated({ a: 1 }, { $rename: { a: 'a' } }),
    outcomes: { mongodb: refusedUpdate, standIn: { found: 1 } },
  },
  {
    about: 'an empty name in a path is refused',
    act: updated({ a: 1 }, { $set: { '': 1 } }),
    outcomes: { mongodb: refusedUpdate, standIn: { found: 1 } },
  },
  {
    about: '$bit',
    act: updated({ a: 1 }, { $bit: { a: { or: 2 } } }),
    outcomes: { mongodb: { found: 3 }, standIn: refusedUpdate },
  },
  {
    about: 'NaN is neither greater nor smaller than a number',
    act: matching({ v: { $gt: 0 } }),
    outcomes: { mongodb: { found: [2, 3, 7] }, standIn: { found: [1, 2, 3, 7] } },
  },
  {
    about: '$gte of null finds null and missing fields',
    act: matching({ v: { $gte: null } }),
    outcomes: { mongodb: { found: [0] }, standIn: { found: [] } },
  },
  {
    about: 'an object equals an element of an array only as a whole',
    act: matching({ v: { x: 1 } }),
    outcomes: { mongodb: { found: [5] }, standIn: { found: [5, 8] } },
  },
  {
    about: 'an empty object equals nothing else',
    act: matching({ v: {} }),
    outcomes: { mongodb: { found: [] }, standIn: { found: [0, 1, 2, 3, 4, 6, 7, 8, 9] } },
  },
  {
    about: 'a pattern matches texts only, no ids',
    act: matching({ v: { $regex: 'objectid', $options: 'i' } }),
    outcomes: { mongodb: { found: [] }, standIn: { found: [9] } },
  },
  {
    about: '$bitsAllSet',
    act: matching({ v: { $bitsAllSet: 8 } }),
    outcomes: { mongodb: { found: [7] }, standIn: { refused: 'store.filter-refused' } },
  },
  {
    about: 'values of several types are sorted: an empty array, null, NaN, numbers, …',
    act: matching({}, { v: 1 }),
    outcomes: {
      mongodb: { found: [6, 0, 1, 2, 7, 3, 4, 5, 8, 9] },
      standIn: { found: [6, 0, 2, 7, 3, 1, 4, 5, 8, 9] },
      embedded: { found: [0, 1, 2, 7, 3, 4, 5, 8, 6, 9] },
    },
  },
  {
    about: 'a unique index takes the elements of an array one by one',
    act: async (things) => {
      await things.ensureIndex({ keys: { a: 1 }, unique: true });
      await things.insertOne({ _id: 1, a: [1, 2] });
      await things.insertOne({ _id: 2, a: [2, 3] });
      return 'both';
    },
    outcomes: {
      mongodb: { refused: 'store.duplicate-key' },
      standIn: { refused: 'store.duplicate-key' },
      embedded: { found: 'both' },
    },
  },
  {
    about: 'a document grows past 16 MB',
    act: async (things) => {
      await things.insertOne({ _id: 1, a: 'x'.repeat(9 * 1024 * 1024) });
      await things.updateOne({ _id: 1 }, { $set: { b: 'x'.repeat(9 * 1024 * 1024) } });
      return 'it grew';
    },
    outcomes: { mongodb: refusedUpdate, standIn: { found: 'it grew' } },
  },
];

/**
 * Where the servers of the tests differ from MongoDB, as far as known, in what the port's filters and updates mean. Each
 * difference is shown for each of them, so that one that is gone, or that is another one, is noticed. What the port does not use is
 * not here: mongo-java-server has no transactions, sessions, majorities, users, TTL or partial indexes, and ignores validators
 * (`$jsonSchema`) of collections. docs/how-to/test-on-real-servers.md says which tests that leaves to MongoDB itself.
 */
export function describeKnownDifferences(server: StoreServer, make: MakeStore): void {
  describe(`what ${server} does where a test server differs from MongoDB`, () => {
    const context = eachWithStore(make);

    it.each(differences)('$about', async ({ act, outcomes }) => {
      const outcome = await act(context.store.collection('things')).then(
        (found) => ({ found }),
        (error: unknown) => ({ refused: (error as { code?: unknown }).code }),
      );

      expect(textOf(outcome)).toEqual(textOf(outcomes[server] ?? outcomes.mongodb));
    });
  });
}

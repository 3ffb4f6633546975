import { describe, expect, it } from '@jest/globals';
import { ObjectId } from 'mongodb';
import type { BulkUpdate } from '../store.js';
import { groupAlike } from './alike-updates.js';

const at = new Date(0);

/** Takes a document that is pending. */
function take(_id: unknown, { filter = {}, set = {} }: { filter?: object; set?: object } = {}): BulkUpdate {
  return {
    filter: { $or: [{ at: { $lte: new Date(at) } }, { at: null }], _id, state: 'pending', ...filter },
    update: { $set: { state: 'taken', at: new Date(at), ...set } },
  };
}

function groupsOf(updates: readonly BulkUpdate[]): unknown[][] {
  return groupAlike(updates.map((sent) => ({ sent }))).map((group) => group.map(({ sent }) => sent.filter['_id']));
}

describe('updates that a server carries out together', () => {
  const [one, other] = [new ObjectId(), new ObjectId()];

  it('consecutive ones that differ in their ids alone go together', () => {
    expect(groupsOf([take(1), take('1'), take(one), take(other)])).toEqual([[1, '1', one, other]]);
  });

  it.each<[string, readonly BulkUpdate[]]>([
    ['of one document', [take(1), take(1)]],
    ['that write other values', [take(1), take(2, { set: { n: 1 } })]],
    ['that write other times', [take(1), take(2, { set: { at: new Date(1) } })]],
    ['that write an ObjectId', [take(1, { set: { by: one } }), take(2, { set: { by: other } })]],
    ['with other conditions', [take(1), take(2, { filter: { claim: 'x' } })]],
    ['whose condition on the id is not equality', [take({ $gt: 1 }), take({ $gt: 2 })]],
    ['after one that names no id', [take(undefined), take(7)]],
    ['after one whose id is a pattern', [take(/x/), take(7)]],
    ['that create what is missing', [1, 2].map((_id) => ({ ...take(_id), upsert: true }))],
    [
      'that would take effect twice if they were sent twice',
      [1, 2].map((_id) => ({ filter: { _id }, update: { $inc: { n: 1 } } })),
    ],
    ['that leave their condition true', [1, 2].map((_id) => take(_id, { set: { state: 'pending' } }))],
  ])('updates go one by one: those %s', (_, updates) => {
    expect(groupsOf(updates)).toEqual(updates.map(({ filter }) => [filter['_id']]));
  });

  it('a thousand at most go together', () => {
    const groups = groupsOf(Array.from({ length: 2_500 }, (_, _id) => take(_id)));

    expect(groups.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
  });
});

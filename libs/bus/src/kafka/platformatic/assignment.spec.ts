import { describe, expect, it } from '@jest/globals';
import { assign } from './assignment.js';

describe('The assignment of partitions to the members of a group', () => {
  it('every partition has one member, and shares differ by one at most', () => {
    const members = ['c', 'a', 'b'].map((id) => ({ id, topics: ['work', 'news'] }));
    const assigned = assign(members, new Map(Object.entries({ news: 4, work: 6 })));

    const places = [...assigned.values()]
      .flat()
      .flatMap(({ topic, partitions }) => partitions.map((at) => `${topic}${at}`));
    expect(places.sort()).toEqual(
      [0, 1, 2, 3].map((at) => `news${at}`).concat([0, 1, 2, 3, 4, 5].map((at) => `work${at}`)),
    );
    expect(
      [...assigned.values()].map((shares) => shares.flatMap(({ partitions }) => partitions).length).sort(),
    ).toEqual([3, 3, 4]);
  });

  it('a member gets nothing of a topic to which it does not subscribe', () => {
    const members = [
      { id: 'a', topics: ['news'] },
      { id: 'b', topics: ['work'] },
    ];

    expect(Object.fromEntries(assign(members, new Map(Object.entries({ news: 2, work: 1 }))))).toEqual({
      a: [{ topic: 'news', partitions: [0, 1] }],
      b: [{ topic: 'work', partitions: [0] }],
    });
  });

  it('more members than partitions: the others wait with none', () => {
    const members = ['a', 'b'].map((id) => ({ id, topics: ['work'] }));

    expect(assign(members, new Map([['work', 1]])).get('b')).toEqual([]);
  });
});

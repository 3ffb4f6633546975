import { describe, expect, it } from '@jest/globals';
import { Decimal128, Long, ObjectId, Timestamp } from 'bson';
import type { Update } from '../../store.js';
import { compileUpdate } from './compile-update.js';

const now = new Date('2026-01-02T03:04:05.678Z');

function updated(document: Record<string, unknown>, update: Update, inserting = false): Record<string, unknown> {
  compileUpdate(update).apply(document, { now, inserting });
  return document;
}

describe('compileUpdate', () => {
  it.each<[string, Record<string, unknown>, Update]>([
    ['$push to null', { a: null }, { $push: { a: 1 } }],
    ['$inc of null', { a: null }, { $inc: { a: 1 } }],
    ['$inc of a decimal', { a: Decimal128.fromString('1') }, { $inc: { a: 1 } }],
    ['$inc beyond 64 bits', { a: Long.MAX_VALUE }, { $inc: { a: Long.fromNumber(1) } }],
    ['a path through null', { a: null }, { $set: { 'a.b': 1 } }],
    ['a path into an ObjectId', { a: new ObjectId() }, { $set: { 'a.b': 1 } }],
    ['a path far beyond the end of an array', { a: [] }, { $set: { 'a.9999999': 1 } }],
    ['a path with an empty part', {}, { $set: { 'b..c': 1 } }],
    ['an empty path', {}, { $set: { '': 1 } }],
    ['a positional path', { a: [1] }, { $set: { 'a.$': 1 } }],
    ['a path to all elements', { a: [1] }, { $inc: { 'a.$[]': 1 } }],
    ['a path to the prototype', {}, { $set: { '__proto__.x': 1 } }],
    ['a replacement', { a: 1 }, { b: { c: 2 } }],
    ['$push without $each', { a: [] }, { $push: { a: { $slice: 1 } } }],
    ['$push with an unknown modifier', { a: [] }, { $push: { a: { $each: [1], $first: 1 } } }],
    ['$push with a $sort of nothing', { a: [] }, { $push: { a: { $each: [1], $sort: 2 } } }],
    ['$rename out of an array', { a: [{ b: 1 }] }, { $rename: { 'a.0.b': 'c' } }],
    ['$rename onto itself', { a: 1 }, { $rename: { a: 'a' } }],
    ['$currentDate of a colour', {}, { $currentDate: { a: { $type: 'colour' } } }],
    ['a field of an _id', { _id: { x: 1 } }, { $set: { '_id.x': 2 } }],
    ['$pop of 2', { a: [1] }, { $pop: { a: 2 } }],
    ['$bit of a fraction', { a: 1.5 }, { $bit: { a: { and: 1 } } }],
  ])('refuses %s', (_, document, update) => {
    expect(() => updated(document, update)).toThrow(expect.objectContaining({ code: 'store.update-refused' }));
  });

  it('takes the time of $currentDate from the clock', () => {
    expect(updated({}, { $currentDate: { a: true, b: { $type: 'timestamp' } } })).toEqual({
      a: now,
      b: new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 }),
    });
  });

  it('sets the fields of $setOnInsert only while inserting', () => {
    expect(updated({}, { $setOnInsert: { a: 1 } }, true)).toEqual({ a: 1 });
    expect(updated({}, { $setOnInsert: { a: 1 } }, false)).toEqual({});
  });

  it('adds new fields in the order of their names, as MongoDB does', () => {
    expect(Object.keys(updated({ z: 1 }, { $set: { c: 1, a: 1 }, $inc: { b: 1 } }))).toEqual(['z', 'a', 'b', 'c']);
  });

  it('creates an empty array when there is nothing to add', () => {
    expect(updated({}, { $addToSet: { a: { $each: [] } }, $push: { b: { $each: [] } } })).toEqual({ a: [], b: [] });
  });

  it('calculates bits', () => {
    expect(updated({ a: 13, b: 8, c: 5 }, { $bit: { a: { and: 10 }, b: { or: 1 }, c: { xor: 1 } } })).toEqual({
      a: 8,
      b: 9,
      c: 4,
    });
  });

  it('a condition of $pull matches an array by its elements, a value only as a whole', () => {
    expect(updated({ a: [[1], [5], 1] }, { $pull: { a: { $gt: 4 } } })).toEqual({ a: [[1], 1] });
    expect(updated({ a: [[1], [5], 1] }, { $pull: { a: 1 } })).toEqual({ a: [[1], [5]] });
  });

  it('counts a value of another type as a change, and the same value as none', () => {
    const set = compileUpdate({ $set: { a: Long.fromNumber(1) } });

    expect(set.apply({ a: 1 }, { now, inserting: false })).toBe(true);
    expect(set.apply({ a: Long.fromNumber(1) }, { now, inserting: false })).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { MongoMissingCredentialsError, MongoNetworkError, MongoNetworkTimeoutError, MongoServerError } from 'mongodb';
import { mongoError } from './mongo-error.js';

const doing = { url: 'mongodb://me:***@host/line', collection: 'things', what: 'update', id: 'a' } as const;

function ofServer(code: number, message: string): MongoServerError {
  return new MongoServerError({ message, code });
}

describe("MongoDB's errors", () => {
  it.each([
    ['a lost connection', new MongoNetworkError('connection closed'), 'ConnectionError', 'store.unavailable'],
    ['an answer that does not come', new MongoNetworkTimeoutError('timed out'), 'TimeoutError', 'store.timed-out'],
    ['a server that steps down', ofServer(10107, 'not primary'), 'ConnectionError', 'store.unavailable'],
    ['a majority that does not come', ofServer(64, 'waiting for replication'), 'TimeoutError', 'store.timed-out'],
    ['a cursor that was forgotten', ofServer(43, 'cursor id 7 not found'), 'ConnectionError', 'store.unavailable'],
    ['a full disk', ofServer(14031, 'no space'), 'ConnectionError', 'store.disk-full'],
    ['a wrong password', ofServer(18, 'Authentication failed.'), 'ConnectionError', 'store.not-authorised'],
    ['a missing role', ofServer(13, 'not authorized on line'), 'ConnectionError', 'store.not-authorised'],
    ['a wrong password on Atlas', ofServer(8000, 'bad auth'), 'ConnectionError', 'store.not-authorised'],
    ['no password', new MongoMissingCredentialsError('none'), 'ConnectionError', 'store.not-authorised'],
    ['a duplicate', ofServer(11000, 'E11000 index: _id_ dup key'), 'ProcessingError', 'store.duplicate-key'],
    ['a type that does not fit', ofServer(14, 'Cannot apply $inc'), 'ProcessingError', 'store.update-refused'],
    ["the collection's own rules", ofServer(121, 'failed validation'), 'ProcessingError', 'store.update-refused'],
    ['an operator of a filter', ofServer(2, 'unknown operator: $like'), 'ProcessingError', 'store.filter-refused'],
    ['an index of another kind', ofServer(86, 'same name'), 'ProcessingError', 'store.index-conflict'],
    ['what nobody knows', ofServer(4711, 'odd'), 'ProcessingError', 'store.update-refused'],
  ])('%s has its kind and code', (_, error, kind, code) => {
    expect(mongoError(error, doing)).toMatchObject({ kind, code });
  });

  it('quotes of a document in a server error are neither repeated nor kept as the cause', () => {
    const said =
      'Cannot create field \'b\' in element {a: "a secret"} of [ "a secret" ], expected \\"a\\" not "a \\"secret\\""';
    const error = mongoError(ofServer(28, said), doing);

    expect(error).toMatchObject({ message: expect.stringContaining('things: "a": Cannot create field \'b\'') });
    expect(error).toMatchObject({ message: expect.not.stringContaining('secret') });
    expect(error).not.toHaveProperty('cause');
  });

  it('a duplicate is reported with its id, or with the unique index', () => {
    const byId = ofServer(11000, 'E11000 duplicate key error collection: line.things index: _id_ dup key: {…}');
    const byIndex = ofServer(11000, 'E11000 duplicate key error collection: line.things index: kind_1 dup key: {…}');

    expect(mongoError(byId, doing)).toMatchObject({
      message: expect.stringContaining('things: a document with the key "a"'),
    });
    expect(mongoError(byIndex, doing)).toMatchObject({ message: expect.stringContaining('of the index kind_1') });
  });

  it("an error that is not the driver's is not changed", () => {
    const bug = new TypeError('a bug');

    expect(mongoError(bug, doing)).toBe(bug);
  });
});

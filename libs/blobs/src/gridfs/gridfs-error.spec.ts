import { describe, expect, it } from '@jest/globals';
import { MongoMissingCredentialsError, MongoNetworkError, MongoServerError } from 'mongodb';
import { gridFsError } from './gridfs-error.js';

describe("GridFS' errors", () => {
  it.each([
    ['a lost connection', new MongoNetworkError('connection closed'), 'blobs.unavailable'],
    ['a server that steps down', ofServer(10107, 'not primary'), 'blobs.unavailable'],
    ['a full disk', ofServer(14031, 'no space'), 'blobs.disk-full'],
    ['a wrong password', ofServer(18, 'Authentication failed.'), 'blobs.not-authorised'],
    ['a missing role', ofServer(13, 'not authorized on line'), 'blobs.not-authorised'],
    ['a wrong password on Atlas', ofServer(8000, 'bad auth'), 'blobs.not-authorised'],
    ['no password', new MongoMissingCredentialsError('none'), 'blobs.not-authorised'],
  ])('%s is reported as an unavailable dependency, with its code', (_, error, code) => {
    const message = expect.stringContaining('host/line');

    expect(gridFsError(error, 'host/line')).toMatchObject({ kind: 'ConnectionError', code, message });
  });

  it("an error that is not the driver's is not changed", () => {
    const thrown = new Error('the source broke');

    expect(gridFsError(thrown, 'host/line')).toBe(thrown);
  });
});

function ofServer(code: number, message: string): MongoServerError {
  return new MongoServerError({ message, code });
}

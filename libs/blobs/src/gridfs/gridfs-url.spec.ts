import { RandomIds } from '@batchmill/contracts';
import { describe, expect, it } from '@jest/globals';
import { GridFsBlobs } from './index.js';

const ids = new RandomIds();

describe('The URL of GridFS', () => {
  it.each([
    ['mongodb://localhost/line', 'gridfs://localhost/line/batchmill/a.jsonl'],
    ['mongodb://me:secret@a:1,b:2/line?replicaSet=r', 'gridfs://a:1,b:2/line/batchmill/a.jsonl'],
    ['mongodb://me:s%40cret@host/line?authSource=admin', 'gridfs://host/line/batchmill/a.jsonl'],
  ])('a blob of %s has the address %s', async (url, address) => {
    const blobs = await GridFsBlobs.open({ url, ids });

    expect(blobs.placeOf('a.jsonl')).toBe(address);
    await blobs.close();
  });

  it('the database and the bucket may be given as options instead of in the URL', async () => {
    const blobs = await GridFsBlobs.open({ url: 'mongodb://me:secret@host', database: 'line', bucket: 'files', ids });

    expect(blobs.placeOf('a.jsonl')).toBe('gridfs://host/line/files/a.jsonl');
    await blobs.close();
  });

  it.each([
    'mongodb://me:secret@localhost',
    'mongodb://me:s@e:secret/@localhost/line',
    'mongodb://me:secret@localhost/line?noSuchOption=1',
    'localhost/line',
  ])('%s is refused, and the message has the expected form and no password', async (url) => {
    const error = await GridFsBlobs.open({ url, ids }).catch((refusal: unknown) => refusal);

    expect(error).toMatchObject({
      kind: 'ValidationError',
      code: 'blobs.bad-url',
      message: expect.not.stringContaining('secret'),
    });
    expect(error).not.toHaveProperty('cause');
  });
});

import { describe, expect, it } from '@jest/globals';
import { RandomIds, SystemClock } from '@batchmill/contracts';
import { MongoStore } from '@batchmill/store/mongo';
import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { readSettings } from '../settings/index.js';
import { openBlobs } from './open-blobs.js';

const context = { clock: new SystemClock(), ids: new RandomIds() };
const settingsWith = (env: Record<string, string>) => readSettings({ env, cwd: import.meta.dirname });

describe('blobs in GridFS', () => {
  it.each([
    ['in the database of the store', (url: string) => ({ BATCHMILL_STORE: url, BATCHMILL_BLOBS: 'gridfs:' })],
    ['in another database', (url: string) => ({ BATCHMILL_BLOBS: `gridfs:${url}` })],
  ])('C6: are %s when the setting names it', async (_, envFor) => {
    const url = `${serverAddresses.mongodb}/blobs_${randomUUID().slice(0, 8)}`;
    const store = MongoStore.open({ url });
    const blobs = await openBlobs(settingsWith(envFor(url)), context);

    await blobs.write(Readable.from([Buffer.from('kept')]), '.txt');

    expect(await store.collection('batchmill.files').count({})).toBe(1);
    await blobs.close();
    for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
    await store.close();
  });

  it('C6: a URL that is not one of MongoDB is refused and not shown, because it may hold a password', async () => {
    const opening = openBlobs(settingsWith({ BATCHMILL_BLOBS: 'gridfs:ftp://me:secret@there' }), context);

    await expect(opening).rejects.toThrow(/BATCHMILL_BLOBS: found something else than a MongoDB URL after gridfs:/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });
});

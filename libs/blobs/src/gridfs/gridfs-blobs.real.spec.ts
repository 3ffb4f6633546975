import { RandomIds } from '@batchmill/contracts';
import { serverAddresses } from '@batchmill/testing';
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { describeBlobsContract } from '../blobs.contract.js';
import { GridFsBlobs } from './index.js';

const url = serverAddresses.mongodb;
const ids = new RandomIds();

describeBlobsContract('GridFS', async () => {
  const database = `test-${randomUUID()}`;
  return Promise.resolve({
    open: () => GridFsBlobs.open({ url, database, ids }),
    dispose: () => dropped(database),
  });
});

async function dropped(database: string): Promise<void> {
  const client = new MongoClient(url);
  await client.db(database).dropDatabase();
  await client.close();
}

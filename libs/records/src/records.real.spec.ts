import { MongoStore } from '@batchmill/store/mongo';
import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { describeRecordsContract } from './records.contract.js';

describeRecordsContract('MongoDB', async () => {
  const store = MongoStore.open({ url: serverAddresses.mongodb, database: `test-${randomUUID()}` });
  return { store, dispose: () => store.close() };
});

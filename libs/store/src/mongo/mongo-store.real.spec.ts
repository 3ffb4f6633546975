import { serverAddresses } from '@batchmill/testing';
import { describeKnownDifferences } from '../contract/known-differences.contract.js';
import { describeStoreContract } from '../store.contract.js';
import { mongoBundle } from './mongo-bundle.contract.js';

const url = serverAddresses.mongodb;

describeStoreContract('MongoStore', () => mongoBundle(url), {
  cannot: [
    'mongo-java-server keeps no data over a restart; only a real MongoDB can show that a write outlives one',
    'mongo-java-server has no replica sets; only a real MongoDB can show majorities, elections and retried writes',
    'mongo-java-server expires no cursors; only a real MongoDB can show that one outlives ten idle minutes',
    'mongo-java-server has no users; only a real MongoDB can show that one is refused',
  ],
});

describeKnownDifferences('standIn', () => mongoBundle(url));

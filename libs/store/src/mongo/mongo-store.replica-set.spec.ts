import { replicaSetUrl } from '@batchmill/testing';
import { describeKnownDifferences } from '../contract/known-differences.contract.js';
import { describeStoreContract } from '../store.contract.js';
import { mongoBundle } from './mongo-bundle.contract.js';

const url = replicaSetUrl();

describeStoreContract('MongoStore on a replica set', () => mongoBundle(url));
describeKnownDifferences('mongodb', () => mongoBundle(url));

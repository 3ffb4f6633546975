import { describe, expect, it } from '@jest/globals';
import { sharingWarnings } from './check-sharing.js';
import { readSettings } from './settings/index.js';

describe('warnings about embedded data beside a Kafka', () => {
  const warningsOf = (env: Record<string, string>) => sharingWarnings(readSettings({ env, cwd: import.meta.dirname }));

  it.each([
    ['nothing to warn about when everything is embedded', {}, []],
    [
      'store, blobs and vectors beside a Kafka',
      { BATCHMILL_BUS: 'kafka://k:9092' },
      ['BATCHMILL_STORE', 'BATCHMILL_BLOBS', 'BATCHMILL_VECTORS'],
    ],
    [
      'blobs beside a Kafka, a MongoDB and a Milvus',
      { BATCHMILL_BUS: 'kafka://k:9092', BATCHMILL_STORE: 'mongodb://m/b', BATCHMILL_VECTORS: 'milvus://v:19530' },
      ['BATCHMILL_BLOBS'],
    ],
    [
      'nothing to warn about when everything is on servers',
      {
        ...{ BATCHMILL_BUS: 'kafka://k:9092', BATCHMILL_STORE: 'mongodb://m/b' },
        ...{ BATCHMILL_VECTORS: 'milvus://v:19530', BATCHMILL_BLOBS: 'gridfs:' },
      },
      [],
    ],
  ])('C6: %s', (_, env, names) => {
    expect(warningsOf(env).map((warning) => warning.split(' ')[0])).toEqual(names);
  });
});

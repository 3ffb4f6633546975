import { describe, expect, it } from '@jest/globals';
import { notShared } from './not-shared.js';
import { readSettings } from './settings/index.js';

describe('what processes on one Kafka do not share', () => {
  const warningsOf = (env: Record<string, string>) => notShared(readSettings({ env, cwd: import.meta.dirname }));

  it.each([
    ['everything embedded is one process', {}, []],
    [
      'a Kafka alone shares nothing else',
      { BATCHMILL_BUS: 'kafka://k:9092' },
      ['BATCHMILL_STORE', 'BATCHMILL_BLOBS', 'BATCHMILL_VECTORS'],
    ],
    [
      'files in the home are not in the store',
      { BATCHMILL_BUS: 'kafka://k:9092', BATCHMILL_STORE: 'mongodb://m/b', BATCHMILL_VECTORS: 'milvus://v:19530' },
      ['BATCHMILL_BLOBS'],
    ],
    [
      'all servers',
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

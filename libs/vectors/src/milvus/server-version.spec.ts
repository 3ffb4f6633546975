import { describe, expect, it } from '@jest/globals';
import { isSupportedVersion, upsertsIntoPartitions } from './server-version.js';

describe('a version of Milvus', () => {
  it.each<[string, boolean | null, boolean]>([
    ['2.2.16', false, false],
    ['v2.3.5-lite', true, false],
    ['v2.3.22', true, false],
    ['v2.4.0', true, true],
    ['2.10.1', true, true],
    ['v3.0.1', true, true],
    ['milvus_lite-3.2.2', null, false],
    ['', null, false],
  ])('decides whether it is supported, and whether an upsert finds its partition: "%s"', (version, ...expected) => {
    expect([isSupportedVersion(version), upsertsIntoPartitions(version)]).toEqual(expected);
  });
});

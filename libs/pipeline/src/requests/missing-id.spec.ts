import { describe, expect, it } from '@jest/globals';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { missingId } from './missing-id.js';

const { source } = aPipeline({
  source: { collection: 'blocks', parentIdField: 'of.report' },
  embeddings: embeddingsOf(),
});

describe('missingId', () => {
  it.each([
    [{ _id: 'a', of: { report: 'r' } }],
    [{ _id: 0, of: { report: 0 } }],
    [{ _id: false, of: { report: new Date(0) } }],
  ])('accepts %j', (document) => {
    expect(missingId(source, document)).toBeNull();
  });

  it.each([
    [{ _id: 'a' }, 'of.report', 'parentIdField'],
    [{ _id: 'a', of: { report: '' } }, 'of.report', 'parentIdField'],
    [{ _id: 'a', of: { report: null } }, 'of.report', 'parentIdField'],
    [{ _id: '', of: { report: 'r' } }, '_id', 'chunkIdField'],
    [{ _id: null, of: { report: 'r' } }, '_id', 'chunkIdField'],
  ])('E4: the error of %j names the field %s and its setting', (document, field, setting) => {
    expect(missingId(source, document)).toMatchObject({
      code: 'document.id-missing',
      message: expect.stringMatching(`"${field}".*source.${setting}`),
    });
  });
});

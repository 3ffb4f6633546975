import { describe, expect, it } from '@jest/globals';
import { checkLengths, checkMetric, collectionOf, type DescribedField } from './collection-description.js';

const text = (name: string, more: Partial<DescribedField> = {}): DescribedField => ({
  ...{ name, data_type: 'VarChar', is_primary_key: false, autoID: false, max_length: '10' },
  ...more,
});
const key = text('key', { is_primary_key: true });
const ids = [text('block_mongo_id'), text('block_doc_id')];
const vector = text('vector', { data_type: 'FloatVector', dim: '2' });

describe('a collection of Milvus that exists', () => {
  it('with our fields in any order is taken, with its dimensions and lengths', () => {
    expect(collectionOf('blocks', [vector, ...ids, key])).toEqual({
      name: 'blocks',
      dimensions: 2,
      maxBytes: { key: 10, chunkId: 10, parentId: 10 },
    });
  });

  it.each([
    ['a field missing', [key, ...ids]],
    ['a field more', [key, ...ids, vector, text('more')]],
    ['a key that is no text', [{ ...key, data_type: 'Int64' }, ...ids, vector]],
    ['a key that Milvus makes', [{ ...key, autoID: true }, ...ids, vector]],
    ['another primary key', [text('key'), ...ids, vector]],
    ['a vector of another type', [key, ...ids, { ...vector, data_type: 'BinaryVector' }]],
  ])('with %s is refused, with what was found and what was wanted', (_, described) => {
    expect(() => collectionOf('blocks', described)).toThrow(
      expect.objectContaining({
        kind: 'ValidationError',
        code: 'vectors.other-fields',
        message: expect.stringMatching(/^Collection blocks has the fields .*; wanted key VarChar primary, /),
      }),
    );
  });

  it('that compares by another metric is refused', () => {
    expect(() => {
      checkMetric('blocks', 'L2');
    }).toThrow(expect.objectContaining({ code: 'vectors.other-metric', message: expect.stringContaining('L2') }));
  });

  it('takes texts by their bytes: a row with a longer one is refused before it is sent', () => {
    const collection = collectionOf('blocks', [key, ...ids, vector]);
    const row = { key: 'é'.repeat(5), chunkId: 'c', parentId: 'p', vector: new Float32Array(2) };

    expect(() => {
      checkLengths(collection, [row]);
    }).not.toThrow();
    expect(() => {
      checkLengths(collection, [row, { ...row, parentId: 'é'.repeat(6) }]);
    }).toThrow(
      expect.objectContaining({
        code: 'vectors.bad-row',
        message: expect.stringMatching(/^Row 1 .*parentId has 12 bytes/),
      }),
    );
  });
});

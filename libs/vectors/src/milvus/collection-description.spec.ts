import { describe, expect, it } from '@jest/globals';
import { checkLengths, checkMetric, collectionOf, type DescribedField } from './collection-description.js';

const text = (name: string, more: Partial<DescribedField> = {}): DescribedField => ({
  ...{ name, data_type: 'VarChar', is_primary_key: false, autoID: false, max_length: '10' },
  ...more,
});
const key = text('key', { is_primary_key: true });
const ids = [text('chunk'), text('parent')];
const vector = text('vector', { data_type: 'FloatVector', dim: '2' });

describe('a collection of Milvus that exists', () => {
  it('is read with its dimensions, its text fields and their lengths, in any order', () => {
    expect(collectionOf('blocks', [vector, text('parent'), text('chunk', { max_length: '12' }), key])).toEqual({
      name: 'blocks',
      dimensions: 2,
      fields: ['parent', 'chunk'],
      maxBytes: new Map([
        ['parent', 10],
        ['chunk', 12],
        ['key', 10],
      ]),
    });
  });

  it.each([
    ['no vector', [key, ...ids]],
    ['no key', [...ids, vector]],
    ['a field that is no text', [key, ...ids, vector, text('more', { data_type: 'Int64' })]],
    ['a key that is no text', [{ ...key, data_type: 'Int64' }, ...ids, vector]],
    ['a key that Milvus generates', [{ ...key, autoID: true }, ...ids, vector]],
    ['another primary key', [text('key'), ...ids, vector]],
    ['a vector of another type', [key, ...ids, { ...vector, data_type: 'BinaryVector' }]],
  ])('with %s is refused, with what was found and what was expected', (_, described) => {
    expect(() => collectionOf('blocks', described)).toThrow(
      expect.objectContaining({
        kind: 'ValidationError',
        code: 'vectors.other-fields',
        message: expect.stringMatching(/^Collection blocks: found the fields .*, expected key VarChar primary, /),
      }),
    );
  });

  it('with another metric is refused', () => {
    expect(() => {
      checkMetric('blocks', 'L2');
    }).toThrow(expect.objectContaining({ code: 'vectors.other-metric', message: expect.stringContaining('L2') }));
  });

  it('limits texts by their bytes: a row with a longer text is refused before it is sent', () => {
    const collection = collectionOf('blocks', [key, ...ids, vector]);
    const row = { key: 'é'.repeat(5), fields: { chunk: 'c', parent: 'p' }, vector: new Float32Array(2) };

    expect(() => {
      checkLengths(collection, [row]);
    }).not.toThrow();
    expect(() => {
      checkLengths(collection, [row, { ...row, fields: { chunk: 'c', parent: 'é'.repeat(6) } }]);
    }).toThrow(
      expect.objectContaining({
        code: 'vectors.bad-row',
        message: expect.stringMatching(/^Row 1 .*: found 12 bytes in parent, expected at most 10/),
      }),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { checkMetric, collectionOf, descriptionWith, modelIn, type DescribedField } from './collection-description.js';
import { checkRows } from '../check-rows.js';

const text = (name: string, more: Partial<DescribedField> = {}): DescribedField => ({
  ...{ name, data_type: 'VarChar', is_primary_key: false, autoID: false, max_length: '10' },
  ...more,
});
const key = text('key', { is_primary_key: true });
const ids = [text('chunk'), text('parent')];
const vector = text('vector', { data_type: 'FloatVector', dim: '2' });

describe('a collection of Milvus that exists', () => {
  it('is read with its dimensions, its fields, their types and the lengths of texts, in any order', () => {
    const values = Object.entries({ pages: 'Int64', price: 'Double', open: 'Bool' }).map(([name, type]) =>
      text(name, { data_type: type }),
    );
    const described = [vector, text('parent'), ...values, text('chunk', { max_length: '12' }), key];
    expect(collectionOf('blocks', described)).toEqual({
      name: 'blocks',
      keyField: 'key',
      vectorField: 'vector',
      dimensions: 2,
      fields: ['parent', 'chunk'],
      valueFields: { pages: 'integer', price: 'number', open: 'boolean' },
      textBytes: { parent: 10, chunk: 12, key: 10 },
    });
  });

  it.each([text('tenant', { is_partition_key: true }), text('day', { data_type: 'Int64', is_partition_key: true })])(
    'E4: tells by which field it is partitioned',
    (field) => {
      expect(collectionOf('blocks', [key, ...ids, field, vector])).toMatchObject({ partitionField: field.name });
    },
  );

  it.each([
    ['no vector', [key, ...ids]],
    ['no key', [...ids, vector]],
    ['a field of a type that rows do not have', [key, ...ids, vector, text('more', { data_type: 'JSON' })]],
    ['a key that is no text', [{ ...key, data_type: 'Int64' }, ...ids, vector]],
    ['a key that Milvus generates', [{ ...key, autoID: true }, ...ids, vector]],
    ['a field called key that is not its key', [text('pk', { is_primary_key: true }), text('key'), ...ids, vector]],
    ['no primary key', [text('key'), ...ids, vector]],
    ['two vectors', [key, ...ids, vector, { ...vector, name: 'other' }]],
    ['a vector of another type', [key, ...ids, { ...vector, data_type: 'BinaryVector' }]],
  ])('with %s is refused, with what was found and what was expected', (_, described) => {
    expect(() => collectionOf('blocks', described)).toThrow(
      expect.objectContaining({
        kind: 'ValidationError',
        code: 'vectors.other-fields',
        message: expect.stringMatching(/^Collection blocks: found the fields .*, expected one primary VarChar /),
      }),
    );
  });

  it('of others may name its key and its vector otherwise', () => {
    const pk = text('pk', { is_primary_key: true, max_length: '64' });
    expect(collectionOf('blocks', [pk, ...ids, { ...vector, name: 'embedding' }])).toMatchObject({
      keyField: 'pk',
      vectorField: 'embedding',
      fields: ['chunk', 'parent'],
      textBytes: { key: 64 },
    });
  });

  it.each(['text-embedding-3-small', 'a "deployment" \\ of mine', '模'])(
    'has its model in its description: %s',
    (model) => {
      expect(modelIn(descriptionWith(model))).toEqual({ model });
    },
  );

  it.each(['', 'Vectors of the model of my boss', undefined])('with the description %s remembers none', (described) => {
    expect(modelIn(described)).toEqual({});
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
      checkRows(collection, [row]);
    }).not.toThrow();
    expect(() => {
      checkRows(collection, [row, { ...row, fields: { chunk: 'c', parent: 'é'.repeat(6) } }]);
    }).toThrow(
      expect.objectContaining({
        code: 'vectors.bad-row',
        message: expect.stringMatching(/^Row 1 .* has 12 bytes in parent, expected at most 10/),
      }),
    );
  });
});

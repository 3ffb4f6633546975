import { Binary, Decimal128, Double, Int32, Long, ObjectId, UUID } from 'bson';
import { describe, expect, it } from '@jest/globals';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';
import type { ScalarType } from '../definition/parameter-definitions.js';
import { expectFittingIds, rowFieldsOf, storedValue } from './row-fields.js';

const day = Date.UTC(2026, 10, 29);

describe('a field of a document that is stored with its vector', () => {
  it.each<[string, ScalarType, unknown, unknown]>([
    ['a text', 'string', 'Acme 雪', 'Acme 雪'],
    ['an ObjectId', 'string', new ObjectId('64af0123456789abcdef0123'), '64af0123456789abcdef0123'],
    [
      'a UUID',
      'string',
      new UUID('3b241101-e2bb-4255-8caf-4136c566a962').toBinary(),
      '3b241101-e2bb-4255-8caf-4136c566a962',
    ],
    ['a number', 'integer', -7, -7n],
    ['a Long', 'integer', Long.fromString('9007199254740993'), 9_007_199_254_740_993n],
    ['the largest integer', 'integer', Long.MAX_VALUE, 2n ** 63n - 1n],
    ['an Int32', 'integer', new Int32(7), 7n],
    ['a bigint', 'integer', 2n ** 62n, 2n ** 62n],
    ['a double', 'number', 0.1, 0.1],
    ['a Double', 'number', new Double(2.5), 2.5],
    ['a decimal of few digits', 'number', Decimal128.fromString('12.50'), 12.5],
    ['a Long that a double holds', 'number', Long.fromString('9007199254740992'), 9_007_199_254_740_992],
    ['false', 'boolean', false, false],
    ['a date', 'date', new Date(day), BigInt(day)],
    ['a date before 1970', 'date', new Date(-1), -1n],
    ['a text of ISO 8601', 'date', '2026-11-29T01:00:00+01:00', BigInt(day)],
  ])('E4: %s is stored as %s', (_, type, value, stored) => {
    expect(storedValue(type, value)).toBe(stored);
  });

  it.each<[string, ScalarType, unknown]>([
    ['a number for a text', 'string', 7],
    ['half a character', 'string', 'a\ud83d'],
    ['bytes for a text', 'string', new Binary(Buffer.from('abc'))],
    ['a list for a text', 'string', ['a']],
    ['a fraction', 'integer', 1.5],
    ['NaN', 'integer', Number.NaN],
    ['more than 64 bits', 'integer', 2 ** 63],
    ['digits as a text', 'integer', '7'],
    ['an infinity', 'number', Number.POSITIVE_INFINITY],
    ['a Long that a double would round', 'number', Long.fromString('9007199254740993')],
    ['a decimal that a double would round', 'number', Decimal128.fromString('1.2345678901234567')],
    ['a word', 'boolean', 'true'],
    ['1', 'boolean', 1],
    ['an invalid date', 'date', new Date(Number.NaN)],
    ['a day that there is not', 'date', '2026-02-30'],
    ['milliseconds', 'date', day],
  ])('E4 Y8: %s does not fit, because it would be stored as another value: %s', (_, type, value) => {
    expect(storedValue(type, value)).toBeNull();
  });

  it('E4: is read at its path, or takes its default; a missing, an unfit and a long value say which field it is', () => {
    const { embeddings } = aPipeline({
      embeddings: {
        ...embeddingsOf(),
        vectors: {
          collection: 'v',
          fields: {
            company: { type: 'string', path: 'vendor.name', maxBytes: 6 },
            pages: 'integer',
            tenant: { type: 'string', default: 'none' },
            date: { type: 'date', default: '2026-11-29' },
          },
        },
      },
    });
    const of = (document: object) => rowFieldsOf(embeddings!.vectors!.rowFields, { ...document });

    expect(of({ vendor: { name: 'Acme' }, pages: 7, tenant: null, date: '' })).toEqual({
      fields: { company: 'Acme', tenant: 'none' },
      values: { pages: 7n, date: BigInt(day) },
    });
    expect(() => of({ vendor: {}, pages: 7 })).toThrow(/nothing in its field "vendor.name".*vectors\.fields\.company$/);
    expect(() => of({ vendor: { name: 'Acme' }, pages: '7' })).toThrow(
      /"pages".*found a text, expected a whole number/,
    );
    expect(() => of({ vendor: { name: 'é'.repeat(4) }, pages: 7 })).toThrow(
      /found a text of 8 bytes, expected at most 6/,
    );
  });

  it.each<[string, unknown, string]>([
    ['no object', ['company'], 'embeddings.vectors.fields: found a list of 1, expected an object from names to types'],
    ['an unknown type', { company: 'text' }, 'fields.company.type: found "text", expected "string" or "number"'],
    ['no type', { company: {} }, 'fields.company.type: found nothing'],
    ['a name that stores refuse', { 'Vendor.name': 'string' }, 'found a name that stores refuse'],
    ['a name that rows have already', { block_doc_id: 'string' }, 'found a reserved name'],
    ['a word of conditions', { not: 'boolean' }, 'found a reserved name'],
    [
      'a limit for a number',
      { pages: { type: 'integer', maxBytes: 7 } },
      'fields.pages.maxBytes: found it beside the type',
    ],
    [
      'a limit that is too large',
      { company: { type: 'string', maxBytes: 65_536 } },
      'expected a whole number from 1 to 65535',
    ],
    ['a default of another type', { pages: { type: 'integer', default: '7' } }, 'fields.pages.default: found "7"'],
    [
      'a default that is too long',
      { company: { type: 'string', maxBytes: 2, default: 'abc' } },
      'found 3 bytes, expected at most 2',
    ],
    [
      'too many',
      Object.fromEntries(Array.from({ length: 59 }, (_, at) => [`f${at}`, 'string'])),
      'found 59 fields, expected at most 58',
    ],
  ])('E4: %s is a problem of the definition', (_, fields, problem) => {
    const vectors = { collection: 'v', fields };

    expect(problemsWith({ embeddings: { ...embeddingsOf(), vectors } }).join()).toContain(problem);
  });

  it('E4: the ids are stored in fields of other names where the definition says so, and longer ones do not fit', () => {
    const idFields = { chunk: 'passage', parent: 'book', maxBytes: 6 };
    const { embeddings } = aPipeline({
      embeddings: { ...embeddingsOf(), vectors: { collection: 'v', idFields, fields: { block_doc_id: 'string' } } },
    });

    const target = embeddings!.vectors!;
    expect(target.idFields).toEqual({ chunkId: 'passage', parentId: 'book' });
    const { source } = aPipeline({ embeddings: embeddingsOf() });
    expectFittingIds({ source }, target, { _id: 'éé', doc_id: 'abcdef' });
    for (const [field, document] of [
      ['_id', { _id: 'éééé', doc_id: 'a' }],
      ['doc_id', { _id: 1, doc_id: 'abcdefg' }],
    ] as const) {
      expect(() => {
        expectFittingIds({ source }, target, document);
      }).toThrow(new RegExp(`"${field}" has [78] bytes, of which its vector takes at most 6`));
    }
  });

  it.each<[string, unknown, string]>([
    ['the same field for both ids', { chunk: 'id', parent: 'id' }, 'vectors.idFields: found "id" for both ids'],
    ['a name that stores refuse', { chunk: 'Passage' }, 'vectors.idFields.chunk: found "Passage", expected 1 to 63'],
    ['a name that rows have already', { parent: 'text_hash' }, 'vectors.idFields.parent: found a reserved name'],
    ['another id', { page: 'p' }, 'vectors.idFields.page: found an unknown key'],
  ])('E4: for ids, %s is a problem of the definition', (_, idFields, problem) => {
    const vectors = { collection: 'v', idFields };

    expect(problemsWith({ embeddings: { ...embeddingsOf(), vectors } }).join()).toContain(problem);
  });

  it('E4: the collection is partitioned by a text, an integer or an id where the definition says so, which is part of its hash', () => {
    const fields = { tenant: 'string', year: 'integer' } as const;
    const of = (partitionBy?: string) =>
      aPipeline({
        embeddings: { ...embeddingsOf(), vectors: { collection: 'v', fields, ...(partitionBy && { partitionBy }) } },
      });
    const pipelines = [of(), of('tenant'), of('year'), of('block_doc_id')];

    expect(pipelines.map(({ embeddings }) => embeddings!.vectors!.partitionField)).toEqual([
      ...[null, 'tenant', 'year', 'block_doc_id'],
    ]);
    expect(new Set(pipelines.map(({ hash }) => hash)).size).toBe(4);
  });

  it.each<[string, unknown, string]>([
    ['a field that the rows lack', 'topic', 'found "topic", expected one of embeddings.vectors.fields'],
    ['a date', 'issued', 'found "issued" of the type date, expected one of embeddings.vectors.fields'],
    ['a number', 'total', 'found "total" of the type number'],
    ['a boolean', 'paid', 'found "paid" of the type boolean'],
    ['no text', 7, 'found 7, expected one of embeddings.vectors.fields'],
    ['an empty text', '', 'found "", expected one of embeddings.vectors.fields'],
  ])('E4: partitions by %s are a problem of the definition', (_, partitionBy, problem) => {
    const fields = { tenant: 'string', issued: 'date', total: 'number', paid: 'boolean' };
    const vectors = { collection: 'v', fields, partitionBy };

    expect(problemsWith({ embeddings: { ...embeddingsOf(), vectors } })).toEqual([
      expect.stringContaining(`embeddings.vectors.partitionBy: ${problem}`),
    ]);
  });
});

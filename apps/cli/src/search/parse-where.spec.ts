import { describe, expect, it } from '@jest/globals';
import type { RowField, VectorTarget } from '@batchmill/pipeline';
import { parseWhere } from './parse-where.js';

const fields = { company: 'string', pages: 'integer', price: 'number', open: 'boolean', date: 'date' } as const;
const target: VectorTarget = {
  ...{ collection: 'blocks', alias: null, model: 'm', dimensions: 2, idBytes: 9, isWatched: false, isPruned: false },
  idFields: { chunkId: 'block_mongo_id', parentId: 'block_doc_id' },
  originFields: { textHash: 'text_hash', model: 'model' },
  rowFields: Object.entries(fields).map(([name, type]): RowField => ({
    name,
    type,
    path: name,
    maxBytes: null,
    default: null,
  })),
  partitionField: null,
};
const is = (field: string, comparison: string, value: unknown) => ({
  kind: 'comparison',
  field,
  is: comparison,
  value,
});
const acme = is('company', '=', 'Acme');
const open = is('open', '=', true);
const long = is('pages', '>', 7n);

describe('a condition of a search', () => {
  it.each<[string, unknown]>([
    ['company = Acme', acme],
    [' company="Acme" ', acme],
    ["company = 'Acme'", acme],
    ['company = "Ac""me"', is('company', '=', 'Ac"me')],
    ["company != 'it''s'", is('company', '!=', "it's")],
    ['company = "a and (b"', is('company', '=', 'a and (b')],
    ['company = "雪\\"', is('company', '=', '雪\\')],
    ['company = and', is('company', '=', 'and')],
    ['block_doc_id = report-7', is('block_doc_id', '=', 'report-7')],
    ['pages > 7', long],
    ['pages>=-9223372036854775808', is('pages', '>=', -(2n ** 63n))],
    ['pages = 9007199254740993', is('pages', '=', 9_007_199_254_740_993n)],
    ['price < 1.5e-3', is('price', '<', 0.0015)],
    ['price <= -7', is('price', '<=', -7)],
    ['open = false', is('open', '=', false)],
    ['date >= 2026-01-01', is('date', '>=', BigInt(Date.UTC(2026, 0, 1)))],
    ['date < "2026-01-01T01:00:00+01:00"', is('date', '<', BigInt(Date.UTC(2026, 0, 1)))],
    ['company in (Acme, "B, C")', { kind: 'in', field: 'company', values: ['Acme', 'B, C'] }],
    ['pages not in (1)', { kind: 'not', condition: { kind: 'in', field: 'pages', values: [1n] } }],
    ['not open = true', { kind: 'not', condition: open }],
    ['company = Acme AND open = true', { kind: 'and', conditions: [acme, open] }],
    [
      'company = Acme or open = true and pages > 7',
      { kind: 'or', conditions: [acme, { kind: 'and', conditions: [open, long] }] },
    ],
    [
      '(company = Acme or open = true) and not (pages > 7)',
      {
        kind: 'and',
        conditions: [
          { kind: 'or', conditions: [acme, open] },
          { kind: 'not', condition: long },
        ],
      },
    ],
  ])('E4: is read with "and" before "or", and each value by the type of its field: %s', (text, condition) => {
    expect(parseWhere(text, target)).toEqual(condition);
  });

  it.each([
    ['', 'found its end, expected a field: block_mongo_id, block_doc_id, company, pages, price, open, date'],
    ['vendor = 1', 'found "vendor" at 1, expected a field'],
    ['text_hash = x', 'found "text_hash" at 1, expected a field'],
    ['"company" = Acme', 'found "company" at 1, expected a field'],
    ['company', 'found its end, expected =, !=, <, <=, >, >= or "in"'],
    ['company like a', 'found "like" at 9, expected ='],
    ['company not = a', 'found "=" at 13, expected "in"'],
    ['company = ', 'found its end, expected a word, or a text in quotes'],
    ['company = (a)', 'found "(" at 11, expected a word'],
    ['company = a b', 'found "b" at 13, expected "and", "or" or the end'],
    ['company = "a', 'found "\\"" at 11, expected a text that ends with the same quote'],
    ['company ! a', 'found "!" at 9, expected a field or a comparison'],
    ['company in ()', 'found ")" at 13, expected a word'],
    ['company in (a b)', 'found "b" at 15, expected "," or ")"'],
    ['(company = a', 'found its end, expected ")"'],
    ['pages = 1.5', 'found "1.5" at 9, expected a whole number of 64 bits'],
    ['pages = 9223372036854775808', 'expected a whole number of 64 bits'],
    ['price = 1e999', 'expected a number'],
    ['price = 0x10', 'expected a number'],
    ['open = yes', 'found "yes" at 8, expected true or false'],
    ['date > 2026-02-30', 'expected a date such as'],
    ['('.repeat(60) + 'open = true' + ')'.repeat(60), 'expected at most 50 conditions within each other'],
  ])('E4: that cannot be read is refused, with the place and what was expected: %s', (text, problem) => {
    expect(() => parseWhere(text, target)).toThrow(
      expect.objectContaining({ code: 'search.bad-condition', message: expect.stringContaining(problem) }),
    );
  });
});

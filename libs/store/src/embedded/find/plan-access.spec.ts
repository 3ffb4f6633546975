import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { ObjectId } from 'bson';
import { allOf, textOf } from '../../contract/bundle.contract.js';
import { Sampler } from '../../contract/sampler.contract.js';
import type { Fields, Filter, Sort } from '../../store.js';
import { Catalog } from '../catalog/catalog.js';
import type { Table } from '../catalog/table.js';
import { EmbeddedCollection } from '../embedded-collection.js';
import { compileFilter } from '../query/compile-filter.js';
import { planAccess, type Access } from './plan-access.js';
import { mergeSql, scanSql } from './rows.js';
import { unionSql } from './index-scans.js';
import { compareSortKeys, sortKeyOf } from './sort-key.js';

describe('planAccess', () => {
  let catalog: Catalog;
  let things: EmbeddedCollection;

  beforeEach(() => {
    catalog = Catalog.open({ file: ':memory:', synchronous: 'NORMAL', busyTimeoutMs: 0 });
    things = new EmbeddedCollection(catalog, 'things', new SystemClock());
  });
  afterEach(() => catalog.database.close());

  function table(): Table {
    return catalog.read(() => catalog.table('things')!);
  }

  function plan(filter: Filter, sort?: Sort): Access {
    return planAccess(table(), filter, sort);
  }

  /** The query plan of SQLite. */
  function steps(access: Access): string {
    if (access.kind !== 'rows') {
      throw new Error(`the access is by ${access.kind}`);
    }
    return catalog.database
      .all(`EXPLAIN QUERY PLAN ${access.sql}`, ...access.values)
      .map((row) => String(row['detail']))
      .join('; ');
  }

  it('documents are fetched by their ids, in order', async () => {
    await things.insertOne({ _id: 'a' });

    expect(plan({ _id: 'b', x: 1 })).toMatchObject({ kind: 'keys', keys: [Buffer.from('\u0015b')] });
    expect(plan({ $and: [{ _id: { $in: ['c', 'b', 'c'] } }, { _id: { $gt: 'a' } }] }, { _id: -1 })).toMatchObject({
      kind: 'keys',
      keys: [Buffer.from('\u0015c'), Buffer.from('\u0015b')],
    });
  });

  it('a scan of one type reads only the keys of that type, from the given one on', async () => {
    await things.insertOne({ _id: 'a' });
    const id = new ObjectId('65f000000000000000000001');

    expect(plan({ _id: { $type: 'objectId', $gt: id }, status: 'pending' }, { _id: 1 })).toMatchObject({
      kind: 'scan',
      ranges: [{ from: Buffer.from(`35${id.toHexString()}00`, 'hex'), to: Buffer.of(0x36) }],
    });
    expect(plan({ _id: { $type: ['string', 'number'] } }, { _id: 1 })).toMatchObject({
      ranges: [
        { from: Buffer.of(0x10), to: Buffer.of(0x11) },
        { from: Buffer.of(0x15), to: Buffer.of(0x16) },
      ],
    });
    expect(plan({ _id: { $type: 'string', $gt: 5 } })).toMatchObject({ ranges: [] });
    const scan = catalog.database.all(`EXPLAIN QUERY PLAN ${scanSql(table(), false)}`, 'a', 'b', 1);
    expect(scan.map((row) => row['detail'])).toEqual([
      'SEARCH c_1 USING INDEX sqlite_autoindex_c_1_1 (key>? AND key<?)',
    ]);
  });

  it('the query of a stage is answered and sorted by its index', async () => {
    await things.ensureIndex({ keys: { state: 1, nextAt: 1 } });
    const filter = { state: 'built', nextAt: { $lte: new Date(0) }, parked: null };

    expect(steps(plan(filter, { nextAt: 1 }))).toBe('SEARCH c_1 USING COVERING INDEX x_1_1 (i0=? AND i1>? AND i1<?)');
    expect(plan(filter, { nextAt: 1 }).sorted).toBe(true);
    expect(steps(plan({ state: { $in: ['built', 'sealed'] } }))).toContain(
      'SEARCH c_1 USING COVERING INDEX x_1_1 (i0=?',
    );
    expect(steps(plan({}, { state: 1, nextAt: 1 }))).toBe('SCAN c_1 USING COVERING INDEX x_1_1');
  });

  it('documents with one of several values are read from an index in the order of their ids, page by page', async () => {
    await things.ensureIndex({ keys: { status: 1, _id: 1 } });
    await things.insertMany(
      Array.from({ length: 1_000 }, (_, _id) => ({
        _id,
        ...(_id % 3 > 0 && { status: _id % 3 === 1 ? 'pending' : 'done' }),
      })),
    );
    const filter = { _id: { $type: 'number', $gt: 500 }, $and: [{ status: { $in: ['pending', null] } }] };
    const access = plan(filter, { _id: 1 });

    expect(access).toMatchObject({ kind: 'merge', sorted: true });
    if (access.kind !== 'merge') throw new Error(access.kind);
    const { sql, values } = mergeSql(table(), access.scans, false);
    const details = catalog.database
      .all(`EXPLAIN QUERY PLAN ${sql}`, ...values, 10)
      .map((row) => String(row['detail']));
    expect(details.filter((detail) => detail.startsWith('SEARCH'))).toEqual([
      'SEARCH c_1 USING COVERING INDEX x_1_1 (i0=? AND key>? AND key<?)',
      'SEARCH c_1 USING COVERING INDEX x_1_1 (i0=? AND key>? AND key<?)',
    ]);
    expect(details.join()).not.toContain('TEMP B-TREE');
    expect(await Array.fromAsync(things.find(filter, { sort: { _id: -1 } }), ({ _id }) => _id)).toEqual(
      Array.from({ length: 1_000 }, (_, index) => 999 - index).filter((id) => id > 500 && id % 3 !== 2),
    );
  });

  it('alternatives are read from an index for each, and what a list leaves out is not read', async () => {
    await things.ensureIndex({ keys: { status: 1, 'f.state': 1 } });
    await things.ensureIndex({ keys: { status: 1, 'g.state': 1 } });
    await things.insertMany(
      Array.from({ length: 6_000 }, (_, _id) => ({ _id, status: 'done', f: { state: _id < 4_990 ? 'done' : 'new' } })),
    );
    const lacking = (name: string): Filter => ({
      status: { $in: ['done', 'failed'] },
      [`${name}.state`]: { $nin: ['done'] },
    });
    const filter = { $or: [lacking('f'), { ...lacking('g'), 'f.state': 'new' }] };
    const access = plan({ $or: [lacking('f'), lacking('g')] });

    if (access.kind !== 'union') throw new Error(access.kind);
    const { sql, values } = unionSql(table(), access.scans, 'row');
    const details = catalog.database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values).map((row) => String(row['detail']));
    const searches = details.filter((detail) => detail.startsWith('SEARCH'));
    expect(new Set(searches.map((detail) => detail.replace(/.*INDEX /, '')))).toEqual(
      new Set(['x_1_1 (i0=? AND i1>? AND i1<?)', 'x_1_2 (i0=? AND i2>? AND i2<?)']),
    );
    expect(await things.count(filter)).toBe(1_010);
    expect(await things.count({ $or: [lacking('f'), lacking('g')] })).toBe(6_000);
  });

  it('a field without an index is found by a scan and sorted in memory', async () => {
    await things.insertOne({ _id: 1 });

    expect(plan({ status: 'pending' })).toMatchObject({ kind: 'scan', sorted: true });
    expect(plan({ status: 'pending' }, { status: 1 })).toMatchObject({ kind: 'scan', sorted: false });
  });

  it('after the first array, a query of an index includes the arrays, and the index no longer gives the order', async () => {
    await things.ensureIndex({ keys: { v: 1 } });
    expect(steps(plan({ v: 5 }, { v: 1 }))).toContain('SEARCH');

    await things.insertOne({ _id: 1, v: [1] });

    expect(plan({ v: 5 }, { v: 1 }).sorted).toBe(false);
    expect(steps(plan({ v: 5 }))).toContain('MULTI-INDEX OR');
  });

  it('with any indexes, exactly the documents that match the filter are found, in the given order', async () => {
    const sampler = new Sampler(4);
    const value = () => (sampler.below(8) === 0 ? sampler.value() : sampler.scalar());
    await things.ensureIndex({ keys: { a: 1 } });
    await things.ensureIndex({ keys: { 'o.x': -1, b: 1 } });
    await things.ensureIndex({ keys: { a: 1, _id: 1 } });
    await things.ensureIndex({ keys: { b: 1, 'o.x': 1 } });
    const ids = Array.from({ length: 120 }, (_, index) => (sampler.below(2) === 0 ? index : `id ${index}`));
    await things.insertMany(ids.map((_id) => ({ _id, ...sampler.document(value) })));
    for (const _id of ids.slice(0, 60)) {
      await things.updateOne({ _id }, sampler.below(2) === 0 ? { $set: { a: value() } } : { $unset: { o: '' } });
    }
    const all = await Array.fromAsync(things.find({}));

    for (let round = 0; round < 600; round++) {
      const onId = sampler.pick<Filter>([
        {},
        { _id: { $gt: 40 } },
        { _id: { $type: 'string' } },
        { _id: { $in: ids.slice(9, 70) } },
      ]);
      const alternatives = [sampler.filter(value), { b: 'x', 'o.x': { $nin: ['x', 'y'] } }, { a: { $in: [1, null] } }];
      const filter = {
        ...sampler.pick<Filter>([
          sampler.filter(value),
          { a: { $in: [null, value()] } },
          { a: { $in: ['x', 'y'] } },
          { a: 'x', b: 'y' },
          { $or: alternatives },
        ]),
        ...onId,
      };
      const sort = sampler.pick<Sort | undefined>([
        undefined,
        { _id: 1 },
        { _id: -1 },
        { a: 1, _id: 1 },
        { b: -1, _id: 1 },
      ]);
      const expected = inOrder(all.filter(compileFilter(filter)), sort).map(idText);
      const actual = (await allOf(things, filter, sort === undefined ? {} : { sort })).map(idText);

      if (sort === undefined) {
        actual.sort();
        expected.sort();
      }
      expect(await things.count(filter)).toBe(expected.length);
      expect({ filter, sort, documents: actual }).toEqual({ filter, sort, documents: expected });
      if (sort !== undefined) {
        const first = await things.findOneAndUpdate(filter, { $setOnInsert: { x: 1 } }, { sort });
        expect(first === null ? undefined : idText(first)).toBe(actual[0]);
      }
    }
  });
});

function idText(document: Fields): string {
  return textOf(document['_id']);
}

function inOrder(documents: readonly Fields[], sort: Sort = {}): Fields[] {
  return documents.toSorted((one, other) => compareSortKeys(sortKeyOf(one, sort), sortKeyOf(other, sort), sort));
}

import { decodeId } from '@batchmill/documents';
import type { Fields } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BSONRegExp,
  BSONSymbol,
  Binary,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
  serialize,
} from 'bson';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill, type CommandResult } from '../testing/run-batchmill.js';

const hex = '0123456789abcdef01234567';

describe('batchmill load', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-load-'));
    file = join(folder, 'documents.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function load(text: string, ...flags: string[]): Promise<CommandResult> {
    await writeFile(file, text);
    return runBatchmill(join(folder, 'home'), ['load', file, ...flags]);
  }

  async function stored(collection: string): Promise<Fields[]> {
    const store = EmbeddedStore.open({ file: join(folder, 'home', 'state.db') });
    const all = await Array.fromAsync(store.collection(collection).find({}, { sort: { _id: 1 } }));
    await store.close();
    return all;
  }

  it('C7: documents are loaded under their ids, with the types that the export format spells out', async () => {
    const lines = [
      '\ufeff{"_id":"a","visits":{"last":{"$date":"2026-03-02T00:00:00Z"}}}\r',
      '',
      '{"_id":7,"tags":["x"]}',
      `{"_id":{"$oid":"${hex}"}}`,
    ];

    const { out, code } = await load(lines.join('\n'), '--collection', 'patients');

    expect({ out, code }).toEqual({ out: 'patients: 3 documents loaded\n', code: 0 });
    expect(await stored('patients')).toEqual([
      { _id: 7, tags: ['x'] },
      { _id: 'a', visits: { last: new Date('2026-03-02T00:00:00Z') } },
      { _id: decodeId(`{"$oid":"${hex}"}`) },
    ]);
  });

  it('C7: documents that are already stored are counted, and stay unchanged', async () => {
    await load('{"_id":"a","ai_status":"completed"}\n', '--collection', 'c');

    const again = await load('{"_id":"a"}\n{"_id":"b"}\n{"_id":"b"}\n', '--collection', 'c');
    const third = await load('{"_id":"a"}\n', '--collection', 'c', '--json');

    expect(again).toMatchObject({
      out: 'c: 1 document loaded; 2 documents already stored, left unchanged\n',
      code: 0,
    });
    expect(JSON.parse(third.out)).toEqual({ collection: 'c', added: 0, there: 1 });
    expect(await stored('c')).toEqual([{ _id: 'a', ai_status: 'completed' }, { _id: 'b' }]);
  });

  it('C7: an export can be loaded again', async () => {
    const lines = [
      { _id: { $oid: hex }, at: { $date: '2026-03-02T00:00:00Z' } },
      { _id: 'b' },
      { _id: { $numberLong: '9007199254740993' }, born: { $date: { $numberLong: '-1' } } },
    ];
    await load(lines.map((line) => JSON.stringify(line)).join('\n'), '--collection', 'c');
    const exported = (...flags: string[]): Promise<CommandResult> =>
      runBatchmill(join(folder, 'home'), ['export', '--collection', 'c', ...flags]);

    const all = await exported();
    await load(all.out, '--collection', 'copy');

    expect(await stored('copy')).toEqual(await stored('c'));
    expect(all.out.trimEnd().split('\n').sort()).toEqual(lines.map((line) => JSON.stringify(line)).sort());
    expect((await exported('--id', hex)).out).toBe(`${JSON.stringify(lines[0])}\n`);
    expect((await exported('--limit', '1')).out.split('\n')).toHaveLength(2);
    expect(await exported('--id', 'unknown', 'b')).toEqual({
      out: `${JSON.stringify(lines[1])}\n`,
      err: 'the collection c has no document with the _id unknown\n',
      code: 0,
    });
  });

  it('C7: with --replace stored documents are replaced, with --upsert the fields of the file are written into them', async () => {
    const before = '{"_id":"a","n":1,"ai_status":"completed"}\n{"_id":"b","n":1,"ai_status":"completed"}\n';
    const file = '{"_id":"a","n":2}\n{"_id":"c","n":2}\n';
    for (const name of ['replaced', 'updated']) await load(before, '--collection', name);

    const replaced = await load(file, '--collection', 'replaced', '--replace');
    const updated = await load(file, '--collection', 'updated', '--upsert');
    const both = await load(file, '--collection', 'updated', '--upsert', '--replace');

    expect(replaced.out).toBe('replaced: 1 document loaded; 1 document already stored, replaced\n');
    expect(updated.out).toBe('updated: 1 document loaded; 1 document already stored, updated\n');
    expect(both.code).not.toBe(0);
    const b = { _id: 'b', n: 1, ai_status: 'completed' };
    expect(await stored('replaced')).toEqual([{ _id: 'a', n: 2 }, b, { _id: 'c', n: 2 }]);
    expect(await stored('updated')).toEqual([{ _id: 'a', n: 2, ai_status: 'completed' }, b, { _id: 'c', n: 2 }]);
  });

  it('C7: what was exported and loaded is the same collection, byte for byte, for every type', async () => {
    const values = [
      ...[new Int32(7), new Double(7), Long.fromNumber(7), new Double(2 ** 40), -0, NaN, Infinity, 2.5],
      ...[Long.MAX_VALUE, Decimal128.fromString('1.50'), new Date(-1), new Date(8.64e15), true, null, 'ü\u2028'],
      ...[new ObjectId(hex), new UUID('38105f18-73f7-4b2d-bdb7-73b3cfafbb2d'), new Binary(Buffer.from([0, 255]), 128)],
      ...[
        new BSONRegExp('a/b', 'ix'),
        new Code('f()', { n: 1 }),
        new DBRef('c', new ObjectId(hex)),
        new BSONSymbol('s'),
      ],
      ...[new MinKey(), new MaxKey(), new Timestamp({ t: 4_294_967_295, i: 1 }), [], {}, [[{ deep: [new Double(1)] }]]],
    ];
    await load('{"_id":"first"}', '--collection', 'other');
    const withStore = async <T>(work: (store: EmbeddedStore) => Promise<T>): Promise<T> => {
      const store = EmbeddedStore.open({ file: join(folder, 'home', 'state.db') });
      const result = await work(store);
      await store.close();
      return result;
    };
    const bytesOf = (name: string): Promise<string[]> =>
      withStore(async (store) => {
        const all = store.collection(name).find({}, { sort: { _id: 1 }, exactTypes: true });
        return (await Array.fromAsync(all)).map((document) => Buffer.from(serialize(document)).toString('hex'));
      });
    await withStore((store) =>
      store.collection('c').insertMany(values.map((value, _id) => ({ _id, value, z: [value], a: { value } }))),
    );

    const { out } = await runBatchmill(join(folder, 'home'), ['export', '--collection', 'c']);
    await load(out, '--collection', 'copy');

    expect(await bytesOf('copy')).toEqual(await bytesOf('c'));
    expect(await bytesOf('copy')).toHaveLength(values.length);
  });

  it('C7: an export of an id in a collection without it says so', async () => {
    await load('{"_id":"a"}', '--collection', 'c');

    const { out, err } = await runBatchmill(join(folder, 'home'), ['export', '--collection', 'c', '--id', '7']);

    expect({ out, err }).toEqual({ out: '', err: 'the collection c has no document with the _id 7\n' });
  });

  it('an export without a home prints nothing and creates none', async () => {
    const { err } = await runBatchmill(join(folder, 'home'), ['export', '--collection', 'c']);

    expect(err).toBe('the collection c is empty\n');
    expect(existsSync(join(folder, 'home'))).toBe(false);
  });

  it.each([
    [
      'something that is not JSON',
      '{"_id":"b","secret',
      'line 2: found something that is not a JSON object, expected one document per line',
    ],
    ['a list', '[{"_id":"b"}]', 'line 2: found a list, expected one document per line'],
    ['a document without an id', '{"secret":1}', 'line 2: found a document without an _id'],
  ])(
    'for a file with %s the error names the line, and the documents before it are loaded',
    async (_, line, message) => {
      const { out, err, code } = await load(`{"_id":"a"}\n${line}\n`, '--collection', 'c');

      expect({ out, code }).toEqual({ out: 'c: 1 document loaded\n', code: 1 });
      expect(err).toContain(message);
      expect(err).not.toContain('secret');
      expect(await stored('c')).toEqual([{ _id: 'a' }]);
    },
  );

  it('for a missing file, no collection, or one of our own, the error says what to give', async () => {
    const missing = await runBatchmill(join(folder, 'home'), ['load', 'missing.jsonl', '--collection', 'c']);
    const unnamed = await load('{"_id":"a"}');
    const ours = await load('{"_id":"a"}', '--collection', 'runs');
    const empty = await load('\n', '--collection', 'c');

    expect(missing.err).toBe(
      'found missing.jsonl, which cannot be read (ENOENT); expected a file with one JSON document per line\n',
    );
    expect(unnamed.err).toContain('--collection: found nothing, expected the collection of the documents');
    expect(ours.err).toContain('--collection: found runs, where Batchmill keeps its own state');
    expect(empty).toMatchObject({ out: `${file} contains no documents\n`, code: 0 });
  });
});

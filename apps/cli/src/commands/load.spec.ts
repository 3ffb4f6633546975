import { decodeId } from '@batchmill/documents';
import type { Fields } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askBatchmill, type Asked } from '../testing/ask-batchmill.js';

const hex = '0123456789abcdef01234567';

describe('batchmill load', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-load-'));
    file = join(folder, 'documents.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function load(text: string, ...flags: string[]): Promise<Asked> {
    await writeFile(file, text);
    return askBatchmill(join(folder, 'home'), ['load', file, ...flags]);
  }

  async function stored(collection: string): Promise<Fields[]> {
    const store = EmbeddedStore.open({ file: join(folder, 'home', 'state.db') });
    const all = await Array.fromAsync(store.collection(collection).find({}, { sort: { _id: 1 } }));
    await store.close();
    return all;
  }

  it('C7: documents are loaded under their ids, with the types that an export spells out', async () => {
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

  it('C7: what is there already is told, and stays as it is', async () => {
    await load('{"_id":"a","ai_status":"completed"}\n', '--collection', 'c');

    const again = await load('{"_id":"a"}\n{"_id":"b"}\n{"_id":"b"}\n', '--collection', 'c');
    const third = await load('{"_id":"a"}\n', '--collection', 'c', '--json');

    expect(again).toMatchObject({
      out: 'c: 1 document loaded; 2 documents there already, left as they are\n',
      code: 0,
    });
    expect(JSON.parse(third.out)).toEqual({ collection: 'c', added: 0, there: 1 });
    expect(await stored('c')).toEqual([{ _id: 'a', ai_status: 'completed' }, { _id: 'b' }]);
  });

  it('C7: what is stored is exported as it can be loaded again', async () => {
    const lines = [
      { _id: { $oid: hex }, at: { $date: '2026-03-02T00:00:00Z' } },
      { _id: 'b' },
      { _id: { $numberLong: '9007199254740993' }, born: { $date: { $numberLong: '-1' } } },
    ];
    await load(lines.map((line) => JSON.stringify(line)).join('\n'), '--collection', 'c');
    const exported = (...flags: string[]): Promise<Asked> =>
      askBatchmill(join(folder, 'home'), ['export', '--collection', 'c', ...flags]);

    const all = await exported();
    await load(all.out, '--collection', 'copy');

    expect(await stored('copy')).toEqual(await stored('c'));
    expect(all.out.trimEnd().split('\n').sort()).toEqual(lines.map((line) => JSON.stringify(line)).sort());
    expect((await exported('--id', hex)).out).toBe(`${JSON.stringify(lines[0])}\n`);
    expect((await exported('--limit', '1')).out.split('\n')).toHaveLength(2);
    expect(await exported('--id', 'nobody')).toEqual({ out: '', err: 'c: there is no such document\n', code: 0 });
  });

  it('an export where there is no home prints nothing and makes none', async () => {
    const { err } = await askBatchmill(join(folder, 'home'), ['export', '--collection', 'c']);

    expect(err).toBe('c: there is no such document\n');
    expect(existsSync(join(folder, 'home'))).toBe(false);
  });

  it.each([
    ['no JSON', '{"_id":"b","secret', 'line 2: found what is no JSON object, wanted a document per line'],
    ['a list', '[{"_id":"b"}]', 'line 2: found a list, wanted a document per line'],
    ['a document without an id', '{"secret":1}', 'line 2: found a document without an _id'],
  ])('of a file with %s the line is told, and what stands before it is loaded', async (_, line, message) => {
    const { out, err, code } = await load(`{"_id":"a"}\n${line}\n`, '--collection', 'c');

    expect({ out, code }).toEqual({ out: 'c: 1 document loaded\n', code: 1 });
    expect(err).toContain(message);
    expect(err).not.toContain('secret');
    expect(await stored('c')).toEqual([{ _id: 'a' }]);
  });

  it('a file that is not there, no collection and one of our own are told with what to give', async () => {
    const nowhere = await askBatchmill(join(folder, 'home'), ['load', 'nowhere.jsonl', '--collection', 'c']);
    const unnamed = await load('{"_id":"a"}');
    const ours = await load('{"_id":"a"}', '--collection', 'runs');
    const empty = await load('\n', '--collection', 'c');

    expect(nowhere.err).toBe(
      'found nowhere.jsonl, which cannot be read (ENOENT); wanted a file with a JSON document per line\n',
    );
    expect(unnamed.err).toContain('--collection: found nothing, wanted the collection of the documents');
    expect(ours.err).toContain('--collection: found runs, where Batchmill keeps its own state');
    expect(empty).toMatchObject({ out: `${file} holds no document\n`, code: 0 });
  });
});

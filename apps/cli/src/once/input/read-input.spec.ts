import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputDocument } from './input-document.js';
import { readInput, type InputFormat } from './read-input.js';

describe('the input of once', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-input-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function read(
    name: string,
    content: string | Buffer,
    format: InputFormat | null = null,
  ): Promise<InputDocument[]> {
    const file = join(folder, name);
    await writeFile(file, content);
    return Array.fromAsync(readInput(file, format));
  }

  it.each<[string, string, InputFormat | null, string]>([
    ['JSON lines by their extension', 'a.NDJSON', null, '{"a":"x"}\n'],
    ['a list by its extension', 'a.json', null, '\ufeff [{"a":"x"}]\n'],
    ['CSV by its extension', 'a.csv', null, 'a\nx\n'],
    ['columns between tabs by their extension', 'a.tsv', null, 'a\nx\n'],
    ['JSON lines by their beginning', 'a.txt', null, '\n{"a":"x"}'],
    ['a list by its beginning', 'a', null, '\ufeff\n[\n{"a":"x"}\n]'],
    ['CSV by its beginning', 'a.data', null, '"a"\n"x"'],
    ['the format that is named before that of the extension', 'a.json', 'jsonl', '{"a":"x"}'],
  ])('is recognised: %s', async (_, name, format, content) => {
    expect((await read(name, content, format)).map(({ fields }) => fields)).toEqual([{ a: 'x' }]);
  });

  it('the extension .tsv means tabs, however many commas the header has', async () => {
    expect(await read('a.tsv', 'a,b\tc\nx,y\t1\n')).toMatchObject([{ fields: { 'a,b': 'x,y', c: '1' } }]);
  });

  it('a JSON line keeps its own text, so that no number loses a digit', async () => {
    const [document] = await read('a.jsonl', ' {"n": 12345678901234567890,"f":1.0} \r\n');

    expect(document).toMatchObject({ json: '{"n": 12345678901234567890,"f":1.0}', at: 'line 1' });
  });

  it('a list says which item a document is', async () => {
    expect((await read('a.json', '[{"a":1},\n{}]')).map(({ json, at }) => [json, at])).toEqual([
      ['{"a":1}', 'item 1'],
      ['{}', 'item 2'],
    ]);
  });

  it.each<[string, string, string | Buffer, string]>([
    ['text in a list', 'a.json', '["x"]', ', item 1: found something that is not an object'],
    ['an object instead of a list', 'a.json', '{"a":1}', ': found an object, expected a list of documents'],
    ['lines instead of a list', 'a.json', '{"a":1}\n{"secret":1}', ', line 2: found a text that is not JSON'],
    ['a list instead of lines', 'a.jsonl', '[{"a":1}]', ', line 1: found a list; say --format json'],
    [
      'UTF-16',
      'a.csv',
      Buffer.from('\ufeffa\nb', 'utf16le'),
      ', line 1: found bytes that cannot be read (it is not UTF-8 but UTF-16',
    ],
    ['Latin-1', 'a.csv', Buffer.from('a\nü', 'latin1'), ', line 2: found bytes that cannot be read'],
    ['Latin-1 in a list', 'a.json', Buffer.from('["ü"]', 'latin1'), ': found bytes that cannot be read'],
  ])('refuses %s with its place, and quotes nothing of it', async (_, name, content, expected) => {
    const reading = read(name, content);

    await expect(reading).rejects.toMatchObject({
      code: 'once.bad-input',
      message: expect.stringContaining(name + expected),
    });
    await expect(reading).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  });

  it('a file that cannot be read is refused with the reason', async () => {
    await expect(Array.fromAsync(readInput(join(folder, 'none.csv'), null))).rejects.toMatchObject({
      code: 'command.no-file',
      message: expect.stringContaining('none.csv, which cannot be read (ENOENT)'),
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fields } from '@batchmill/store';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDocumentFile } from './read-document-file.js';

describe('a file of documents', () => {
  let file: string;
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'batchmill-load-')), 'documents.jsonl');
  });
  afterEach(() => rmSync(join(file, '..'), { recursive: true }));

  async function read(content: string | Buffer): Promise<Fields[]> {
    writeFileSync(file, content);
    const documents: Fields[] = [];
    for await (const document of readDocumentFile(file)) documents.push(document);
    return documents;
  }

  it('Y8: byte order marks are no part of it, also where files were joined', async () => {
    const ids = await read('\ufeff{"_id":"a"}\r\n\n\ufeff{"_id":"b"}\n{"_id":"c"}');

    expect(ids).toEqual([{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }]);
  });

  it('Y8: only a newline ends a line', async () => {
    expect(await read('{"_id":"a","text":"one\u2028two\u2029three\u0085four"}\n')).toEqual([
      { _id: 'a', text: 'one\u2028two\u2029three\u0085four' },
    ]);
  });

  it('Y8: a letter at the border of two pieces of the file is read whole', async () => {
    const text = 'ü'.repeat(100_001);

    expect(await read(`{"_id":"a","text":"${text}"}\n`)).toEqual([{ _id: 'a', text }]);
  });

  it.each<[string, Buffer, string]>([
    [
      'UTF-16',
      Buffer.from('\ufeff{"_id":"a"}\n', 'utf16le'),
      'line 1: found bytes that cannot be read (it is not UTF-8 but UTF-16',
    ],
    [
      'a line of Latin-1',
      Buffer.concat([Buffer.from('{"_id":"a"}\n'), Buffer.from('{"_id":"ü"}\n', 'latin1')]),
      'line 2: found bytes that cannot be read (it is not UTF-8; save it as UTF-8)',
    ],
  ])('Y8: %s is refused with its line', async (_, content, expected) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'load.bad-line',
      message: expect.stringContaining(expected),
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import type { InputDocument } from './input-document.js';
import { readCsv } from './read-csv.js';

describe('CSV as the input of once', () => {
  /** In small pieces, as a pipe delivers it. */
  async function read(text: string): Promise<InputDocument[]> {
    const bytes = Buffer.from(text);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 3) yield await Promise.resolve(bytes.subarray(at, at + 3));
    }
    return Array.fromAsync(readCsv('notes.csv', pieces()));
  }

  const fieldsOf = async (text: string): Promise<unknown[]> => (await read(text)).map(({ fields }) => fields);

  it('reads quoted commas, quotes and line breaks, and keeps every value a text', async () => {
    const text = '\ufeffid,text,note\r\n007,"one, ""two""\nthree",\r\n';

    expect(await fieldsOf(text)).toEqual([{ id: '007', text: 'one, "two"\nthree', note: '' }]);
  });

  it.each([
    ['semicolons', 'id;text, long;n\n1;a,b;\n', { id: '1', 'text, long': 'a,b', n: '' }],
    ['tabs', 'id\ttext\n1\ta;b\n', { id: '1', text: 'a;b' }],
    ['one column', 'text\na;b\n', { text: 'a;b' }],
    ['a quoted header', '"id","a;b;c;d"\n1,x\n', { id: '1', 'a;b;c;d': 'x' }],
  ])('the header tells what separates columns: %s', async (_, text, expected) => {
    expect(await fieldsOf(text)).toEqual([expected]);
  });

  it('says on which line a row begins, also after values of several lines and empty lines', async () => {
    const rows = await read('\nid,text\n1,"a\nb"\n2,c\n\n3,d\n');

    expect(rows.map(({ at }) => at)).toEqual(['line 3', 'line 5', 'line 7']);
  });

  it.each([
    ['a row with too few columns', 'a,b\n1,2\n3\n', ', line 3: found 1 column, expected 2 as in the header'],
    ['a row with too many', 'a,b\n1,2,secret\n', ', line 2: found 3 columns, expected 2 as in the header'],
    ['a quote that is not closed', 'a,b\n1,2\n3,"secret\n4,5\n', ', line 3: found a quote that is never closed'],
    ['a quote within a value', 'a,b\n1,sec"ret\n', ', line 2: found a quote within a value'],
    ['text after a quoted value', 'a,b\n1,"x"secret\n', ', line 2: found a quote within a value'],
    ['a column without a name', 'a,,c\n1,2,3\n', ', header: found no name in column 2'],
    ['two columns of one name', 'a, a\n1,2\n', ', header: found the column "a" twice'],
  ])('refuses %s with its line, and quotes nothing of it', async (_, text, expected) => {
    const reading = read(text);

    await expect(reading).rejects.toMatchObject({
      code: 'once.bad-input',
      message: expect.stringContaining(`notes.csv${expected}`),
    });
    await expect(reading).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  });

  it('a header alone has no documents', async () => {
    expect(await fieldsOf('a,b\n')).toEqual([]);
    expect(await fieldsOf('')).toEqual([]);
  });
});

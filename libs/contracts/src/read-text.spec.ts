import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotUtf8Error, readTextFile, whyUnreadable } from './read-text.js';

describe('a file that a user wrote', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'batchmill-text-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(bytes: Buffer | string): string {
    const file = join(folder, 'a.txt');
    writeFileSync(file, bytes);
    return readTextFile(file);
  }

  it('Y8: a byte order mark is no part of the text, and everything else is', () => {
    expect(read('\ufeffGröße\r\n\ufeff \u2028')).toBe('Größe\r\n\ufeff \u2028');
    expect(read('')).toBe('');
  });

  it.each<[string, Buffer, string]>([
    ['UTF-16 of Windows', Buffer.from('\ufeffA=1\r\n', 'utf16le'), 'it is not UTF-8 but UTF-16; save it as UTF-8'],
    ['UTF-16 in the other order', Buffer.from('\ufeffA=1', 'utf16le').swap16(), 'it is not UTF-8 but UTF-16'],
    ['UTF-16 without a mark', Buffer.from('A=1', 'utf16le'), 'it has zero bytes, as UTF-16 has'],
    ['Latin-1', Buffer.from('Größe', 'latin1'), 'it is not UTF-8; save it as UTF-8'],
    ['a letter that is cut off', Buffer.from('Größe').subarray(0, 3), 'it is not UTF-8'],
  ])('Y8: %s is refused', (_, bytes, expected) => {
    expect(() => read(bytes)).toThrow(NotUtf8Error);
    expect(() => read(bytes)).toThrow(expected);
  });

  it('X1: the reason is the code of the file system, or what is wrong with the bytes', () => {
    const reasonOf = (work: () => unknown): string => {
      try {
        return String(work());
      } catch (error) {
        return whyUnreadable(error);
      }
    };

    expect(reasonOf(() => readTextFile(join(folder, 'none')))).toBe('ENOENT');
    expect(reasonOf(() => read(Buffer.from([0xff])))).toBe('it is not UTF-8; save it as UTF-8');
  });
});

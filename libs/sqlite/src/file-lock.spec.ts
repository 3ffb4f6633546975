import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLock, type FileErrors } from './index.js';

/** Each library has codes of its own; these only need to be different. */
const errors = { kind: 'ledger', unreadable: 'ledger.unreadable' } as unknown as FileErrors;

describe('a lock on a file', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
    file = join(folder, 'lock');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('is held by one connection at a time, until it is released', () => {
    const [one, other] = [new FileLock(file, errors), new FileLock(file, errors)];

    expect([one.acquire(), other.acquire(), one.acquire()]).toEqual([true, false, true]);
    expect([one.isHeld(), other.isHeld()]).toEqual([true, true]);

    one.release();
    expect([one.isHeld(), other.isHeld()]).toEqual([false, false]);
    expect([other.acquire(), one.acquire()]).toEqual([true, false]);
    other.release();
  });

  it('is not held while there is no file, and checking it creates none', () => {
    expect(new FileLock(file, errors).isHeld()).toBe(false);
    expect(existsSync(file)).toBe(false);
  });

  it('a file with other content is refused', async () => {
    await writeFile(file, 'This is a letter to a friend, and not a database at all. '.repeat(50));

    expect(() => new FileLock(file, errors).isHeld()).toThrow(expect.objectContaining({ code: 'ledger.unreadable' }));
  });
});

import { Ids, RandomIds } from '@batchmill/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBlobsContract } from '../blobs.contract.js';
import { FolderBlobs } from './index.js';
import { smallDisk } from './small-disk.contract.js';

describeBlobsContract('A folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blobs-'));
  return {
    open: () => FolderBlobs.open({ folder, ids: new RandomIds() }),
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('A folder of blobs', () => {
  const megabyte = 1024 * 1024;
  const ids = new RandomIds();
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blobs-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const filesIn = async (where: string) => {
    const entries = await readdir(where, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  };

  it('a blob that is being written is on the disk but cannot be read yet, and is not kept in memory', async () => {
    const blobs = await FolderBlobs.open({ folder, ids });
    const written: number[] = [];
    async function* slowly() {
      for (let count = 0; count < 8; count += 1) {
        yield Buffer.alloc(megabyte);
        const [draft] = await readdir(join(folder, 'writing'));
        written.push((await stat(join(folder, 'writing', draft!))).size);
        await expect(blobs.read(draft!)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
          code: 'blobs.missing',
        });
      }
    }
    const { name } = await blobs.write(slowly(), '.bin');

    expect(written).toEqual(Array.from({ length: 8 }, (_, count) => (count + 1) * megabyte));
    expect(await filesIn(folder)).toEqual([name]);
  });

  it('nothing is left of a blob whose content threw', async () => {
    const blobs = await FolderBlobs.open({ folder, ids });
    async function* broken() {
      yield 'a'.repeat(megabyte);
      throw new Error('the source broke');
    }
    await expect(blobs.write(broken(), '.jsonl')).rejects.toThrow('the source broke');

    expect(await filesIn(folder)).toEqual([]);
  });

  it('a file of a killed writer is removed at the next start once it is a day old', async () => {
    await FolderBlobs.open({ folder, ids });
    const [old, recent] = ['old.jsonl', 'recent.jsonl'].map((name) => join(folder, 'writing', name));
    await writeFile(old!, 'half a');
    await writeFile(recent!, 'half a');
    const yesterday = Date.now() / 1000 - 25 * 60 * 60;
    await utimes(old!, yesterday, yesterday);
    await FolderBlobs.open({ folder, ids });

    expect(await filesIn(folder)).toEqual(['recent.jsonl']);
  });

  it('a name that is in use is never overwritten', async () => {
    class SameId extends Ids {
      next = () => '0b9f7a52-0000-4000-8000-000000000000';
    }
    const blobs = await FolderBlobs.open({ folder, ids: new SameId() });
    async function* text(value: string) {
      yield value;
    }
    const { name } = await blobs.write(text('first'), '.txt');

    await expect(blobs.write(text('second'), '.txt')).rejects.toMatchObject({ code: 'blobs.name-taken' });
    const [piece] = await Array.fromAsync(blobs.read(name));
    expect(String(piece)).toBe('first');
    expect(await filesIn(folder)).toEqual([name]);
  });

  it('a missing folder is reported as an unavailable dependency', async () => {
    const blobs = await FolderBlobs.open({ folder, ids });
    await rm(join(folder, 'writing'), { recursive: true });
    async function* text() {
      yield 'text';
    }

    const unavailable = { kind: 'ConnectionError', code: 'blobs.unavailable' };
    await expect(blobs.check()).rejects.toMatchObject(unavailable);
    await expect(blobs.write(text(), '.txt')).rejects.toMatchObject(unavailable);
    await expect(FolderBlobs.open({ folder: '/dev/null/blobs', ids })).rejects.toMatchObject(unavailable);
  });

  it('a full disk is reported as full, keeps nothing of the blob, and accepts the next one that fits', async () => {
    const mountPoint = join(folder, 'small');
    await mkdir(mountPoint);
    const disk = await smallDisk(mountPoint);
    if (!disk) {
      console.warn('Skipped: this machine does not allow a small disk to be mounted.');
      return;
    }
    const blobs = await FolderBlobs.open({ folder: disk.folder, ids });
    async function* zeros(bytes: number) {
      for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(65_536);
    }
    await expect(blobs.write(zeros(2 * megabyte), '.bin')).rejects.toMatchObject({
      kind: 'ConnectionError',
      code: 'blobs.disk-full',
      message: expect.stringContaining(disk.folder),
    });

    expect(await filesIn(disk.folder)).toEqual([]);
    const { name } = await blobs.write(zeros(megabyte / 2), '.bin');
    expect(await filesIn(disk.folder)).toEqual([name]);
    await disk.free();
  });
});

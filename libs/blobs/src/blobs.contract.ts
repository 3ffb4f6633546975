import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Blobs } from './index.js';

export interface BlobsUnderTest {
  /** Opens the store on the same data, as a new process does. */
  open(): Promise<Blobs>;
  /** Called after every opened store is closed. */
  dispose(): Promise<void>;
}

const timeoutMs = 600_000;
const megabyte = 1024 * 1024;

/** The guarantees of every adapter of the blobs. */
export function describeBlobsContract(name: string, make: () => Promise<BlobsUnderTest>): void {
  describe(`${name} keeps the contract of the blobs`, () => {
    let underTest: BlobsUnderTest;
    let opened: Blobs[];
    let blobs: Blobs;

    const open = async () => {
      const another = await underTest.open();
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      underTest = await make();
      opened = [];
      blobs = await open();
    }, timeoutMs);

    afterEach(async () => {
      for (const each of opened) await each.close();
      await underTest.dispose();
    }, timeoutMs);

    describe('writing', () => {
      it('texts and bytes are stored in order and unchanged', async () => {
        const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
        const { name, bytes } = await blobs.write(of('é€𝄞\n', everyByte, '', new Uint8Array(0), 'end\r\n'), '.jsonl');

        const expected = Buffer.concat([Buffer.from('é€𝄞\n'), everyByte, Buffer.from('end\r\n')]);
        expect(await bytesOf(blobs, name)).toEqual(expected);
        expect(bytes).toBe(expected.length);
      });

      it('names are unique and end in the suffix', async () => {
        const first = await blobs.write(of('same'), '.jsonl');
        const second = await blobs.write(of('same'), '.jsonl');
        const bare = await blobs.write(of('same'), '');

        expect(first.name).toMatch(/\.jsonl$/);
        expect(new Set([first.name, second.name, bare.name]).size).toBe(3);
      });

      it('a blob may be empty', async () => {
        const { name, bytes } = await blobs.write(of(), '.jsonl');

        expect(bytes).toBe(0);
        expect(await bytesOf(blobs, name)).toHaveLength(0);
      });

      it('a written blob is visible to another process at once, and after a restart', async () => {
        const other = await open();
        const { name } = await blobs.write(of('kept'), '.txt');
        expect(String(await bytesOf(other, name))).toBe('kept');
        await blobs.close();
        await other.close();

        expect(String(await bytesOf(await open(), name))).toBe('kept');
      });

      it('when the content throws, the write rejects with the same error', async () => {
        const thrown = new Error('the source broke');
        async function* broken() {
          yield 'x'.repeat(megabyte);
          throw thrown;
        }

        await expect(blobs.write(broken(), '.jsonl')).rejects.toBe(thrown);
      });

      it('the content may reuse its buffer for the next chunk', async () => {
        async function* reusing() {
          const buffer = Buffer.alloc(3);
          for (const text of ['one', 'two', 'six']) {
            buffer.write(text);
            yield buffer;
          }
        }
        const { name } = await blobs.write(reusing(), '.txt');

        expect(String(await bytesOf(blobs, name))).toBe('onetwosix');
      });

      it('concurrent writes do not mix', async () => {
        const written = await Promise.all(
          Array.from({ length: 20 }, async (_, number) => {
            const text = `${number};`.repeat(50_000);
            return { text, blob: await blobs.write(of(text.slice(0, 70_000), text.slice(70_000)), '.txt') };
          }),
        );

        for (const { text, blob } of written) expect(String(await bytesOf(blobs, blob.name))).toBe(text);
      });

      it.each(['/x', '../x', '.a/../../b', '.JSON L', '\0'])('the suffix %j is refused', async (suffix) => {
        await expect(blobs.write(of('x'), suffix)).rejects.toMatchObject({
          kind: 'ValidationError',
          code: 'blobs.bad-suffix',
        });
      });
    });

    describe('reading', () => {
      it('reading from an offset returns the rest, and nothing at or after the end', async () => {
        const content = Buffer.from(Array.from({ length: 3 * megabyte }, (_, index) => index % 251));
        const { name, bytes } = await blobs.write(of(content), '.bin');

        for (const offset of [0, 1, 262_143, 262_144, megabyte + 7, bytes - 1, bytes, bytes + 1]) {
          expect((await bytesOf(blobs, name, offset)).equals(content.subarray(offset))).toBe(true);
        }
      });

      it('a blob is read in chunks, and a reader may stop early', async () => {
        const { name } = await blobs.write(repeated(Buffer.alloc(megabyte, 7), 16), '.bin');

        for await (const piece of blobs.read(name)) {
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(megabyte);
          break;
        }
        await blobs.delete(name);
      });

      it('a chunk does not change when the next one is read', async () => {
        const { name } = await blobs.write(of('a'.repeat(megabyte), 'b'.repeat(megabyte)), '.txt');
        const pieces: Uint8Array[] = [];
        for await (const piece of blobs.read(name)) pieces.push(piece);

        expect(String(Buffer.concat(pieces))).toBe('a'.repeat(megabyte) + 'b'.repeat(megabyte));
      });

      it('a blob may be read and written as another one in one stream', async () => {
        const { name } = await blobs.write(repeated(Buffer.from('line\n'), 100_000), '.txt');
        const copy = await blobs.write(blobs.read(name, 5), '.txt');

        expect(copy.bytes).toBe(5 * 99_999);
      });

      it.each([
        'ffffffff-ffff-4fff-bfff-ffffffffffff.jsonl',
        '',
        '.',
        '..',
        '../../../../../../../../etc/passwd',
        '/etc/passwd',
        'a/../../b',
        'a\0b',
      ])('a blob of the name %j is missing', async (name) => {
        await expect(bytesOf(blobs, name)).rejects.toMatchObject({ kind: 'ProcessingError', code: 'blobs.missing' });
      });
    });

    describe('deleting', () => {
      it('a deleted blob is missing, and other blobs stay', async () => {
        const deleted = await blobs.write(of('gone'), '.txt');
        const other = await blobs.write(of('stays'), '.txt');
        await blobs.delete(deleted.name);

        await expect(bytesOf(blobs, deleted.name)).rejects.toMatchObject({ code: 'blobs.missing' });
        expect(String(await bytesOf(blobs, other.name))).toBe('stays');
      });

      it('deleting a missing blob succeeds, whatever its name', async () => {
        const { name } = await blobs.write(of('x'), '.txt');
        await blobs.delete(name);

        await expect(blobs.delete(name)).resolves.toBeUndefined();
        await expect(blobs.delete('../../../etc/hostname')).resolves.toBeUndefined();
      });
    });

    describe('listing', () => {
      it('R12: a blob is listed with its bytes and its time from when it is written until it is deleted', async () => {
        const before = Date.now() - 2000;
        const one = await blobs.write(of('é'), '.txt');
        const deleted = await blobs.write(of('gone'), '.txt');
        const other = await blobs.write(of(), '');
        await blobs.delete(deleted.name);

        const listed = await Array.fromAsync((await open()).list());
        const byName = new Map(listed.map((blob) => [blob.name, blob]));
        expect(byName.get(one.name)).toMatchObject(one);
        expect(byName.get(other.name)).toMatchObject(other);
        expect(byName.has(deleted.name)).toBe(false);
        expect(byName.get(one.name)?.writtenAt.getTime()).toBeGreaterThan(before);
        expect(byName.get(one.name)?.writtenAt.getTime()).toBeLessThan(Date.now() + 2000);
      });

      it('a blob that is being written is not listed', async () => {
        const before = await Array.fromAsync(blobs.list(), ({ name }) => name);
        let during: readonly string[] = [];
        await blobs.write(
          listingMeanwhile((names) => (during = names)),
          '.txt',
        );

        expect(during.toSorted()).toEqual(before.toSorted());

        async function* listingMeanwhile(told: (names: readonly string[]) => void) {
          yield 'a'.repeat(megabyte);
          told(await Array.fromAsync(blobs.list(), ({ name }) => name));
        }
      });

      it('the bytes of a blob are told, and of a missing one that it is missing', async () => {
        const { name } = await blobs.write(of('é'), '.txt');

        expect(await blobs.bytesOf(name)).toBe(2);
        await blobs.delete(name);
        for (const missing of [name, '../../etc/hostname', '']) expect(await blobs.bytesOf(missing)).toBeNull();
      });

      it('every blob of many is listed once', async () => {
        const before = new Set(await Array.fromAsync(blobs.list(), ({ name }) => name));
        const written = await Promise.all(Array.from({ length: 50 }, () => blobs.write(of('x'), '.txt')));

        const names = (await Array.fromAsync(blobs.list(), ({ name }) => name)).filter((name) => !before.has(name));
        expect(names.toSorted()).toEqual(written.map(({ name }) => name).toSorted());
      });
    });

    it('the check succeeds when the store is available', async () => {
      await expect(blobs.check()).resolves.toBeUndefined();
    });
  });
}

async function* of(...pieces: (Uint8Array | string)[]): AsyncIterable<Uint8Array | string> {
  yield* pieces;
}

async function* repeated(piece: Uint8Array, times: number): AsyncIterable<Uint8Array> {
  for (let count = 0; count < times; count += 1) yield piece;
}

async function bytesOf(blobs: Blobs, name: string, offset?: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of blobs.read(name, offset)) pieces.push(piece);
  return Buffer.concat(pieces);
}

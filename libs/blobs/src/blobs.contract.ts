import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Blobs } from './index.js';

export interface BlobsUnderTest {
  /** Opens the store on the same data, as a process that starts does. */
  open(): Promise<Blobs>;
  /** Called when every opened store is closed. */
  dispose(): Promise<void>;
}

const patienceMs = 240_000;
const megabyte = 1024 * 1024;

/** What every adapter of the blobs promises. */
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
    }, patienceMs);

    afterEach(async () => {
      for (const each of opened) await each.close();
      await underTest.dispose();
    }, patienceMs);

    describe('writing', () => {
      it('texts and bytes arrive one after the other, untouched', async () => {
        const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
        const { name, bytes } = await blobs.write(of('é€𝄞\n', everyByte, '', new Uint8Array(0), 'end\r\n'), '.jsonl');

        const expected = Buffer.concat([Buffer.from('é€𝄞\n'), everyByte, Buffer.from('end\r\n')]);
        expect(await bytesOf(blobs, name)).toEqual(expected);
        expect(bytes).toBe(expected.length);
      });

      it('names are never the same and end in the suffix', async () => {
        const first = await blobs.write(of('same'), '.jsonl');
        const second = await blobs.write(of('same'), '.jsonl');
        const bare = await blobs.write(of('same'), '');

        expect(first.name).toMatch(/\.jsonl$/);
        expect(new Set([first.name, second.name, bare.name]).size).toBe(3);
      });

      it('an empty blob is a blob', async () => {
        const { name, bytes } = await blobs.write(of(), '.jsonl');

        expect(bytes).toBe(0);
        expect(await bytesOf(blobs, name)).toHaveLength(0);
      });

      it('what was written is there for another process at once, and after a restart', async () => {
        const other = await open();
        const { name } = await blobs.write(of('kept'), '.txt');
        expect(String(await bytesOf(other, name))).toBe('kept');
        await blobs.close();
        await other.close();

        expect(String(await bytesOf(await open(), name))).toBe('kept');
      });

      it('when the content throws, the write rejects with what it threw', async () => {
        const thrown = new Error('the source broke');
        async function* broken() {
          yield 'x'.repeat(megabyte);
          throw thrown;
        }

        await expect(blobs.write(broken(), '.jsonl')).rejects.toBe(thrown);
      });

      it('the content may reuse its buffer for the next piece', async () => {
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

      it('many are written at the same time, each whole', async () => {
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
      it('from an offset the rest comes, and nothing from the end on', async () => {
        const content = Buffer.from(Array.from({ length: 3 * megabyte }, (_, index) => index % 251));
        const { name, bytes } = await blobs.write(of(content), '.bin');

        for (const offset of [0, 1, 262_143, 262_144, megabyte + 7, bytes - 1, bytes, bytes + 1]) {
          expect((await bytesOf(blobs, name, offset)).equals(content.subarray(offset))).toBe(true);
        }
      });

      it('a blob comes in pieces, and who has read enough may leave', async () => {
        const { name } = await blobs.write(repeated(Buffer.alloc(megabyte, 7), 16), '.bin');

        for await (const piece of blobs.read(name)) {
          expect(piece.length).toBeGreaterThan(0);
          expect(piece.length).toBeLessThanOrEqual(megabyte);
          break;
        }
        await blobs.delete(name);
      });

      it('a piece that was kept does not change when the next one comes', async () => {
        const { name } = await blobs.write(of('a'.repeat(megabyte), 'b'.repeat(megabyte)), '.txt');
        const pieces: Uint8Array[] = [];
        for await (const piece of blobs.read(name)) pieces.push(piece);

        expect(String(Buffer.concat(pieces))).toBe('a'.repeat(megabyte) + 'b'.repeat(megabyte));
      });

      it('a blob may be read and written anew in one stream', async () => {
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
      it('a deleted blob is missing, and the others stay', async () => {
        const gone = await blobs.write(of('gone'), '.txt');
        const stays = await blobs.write(of('stays'), '.txt');
        await blobs.delete(gone.name);

        await expect(bytesOf(blobs, gone.name)).rejects.toMatchObject({ code: 'blobs.missing' });
        expect(String(await bytesOf(blobs, stays.name))).toBe('stays');
      });

      it('what is not there is deleted already, whatever its name', async () => {
        const { name } = await blobs.write(of('x'), '.txt');
        await blobs.delete(name);

        await expect(blobs.delete(name)).resolves.toBeUndefined();
        await expect(blobs.delete('../../../etc/hostname')).resolves.toBeUndefined();
      });
    });

    it('a store that answers says so', async () => {
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

import { createReadStream, type Stats } from 'node:fs';
import { access, constants, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProcessingError, type Ids } from '@batchmill/contracts';
import { Blobs, type Blob, type StoredBlob } from '../blobs.js';
import { checkSuffix } from '../check-suffix.js';
import { blobPath } from './blob-path.js';
import { BlobWriter } from './blob-writer.js';
import { fileErrorOf, isMissing, onDisk } from './file-error.js';
import { removeLeftovers } from './leftovers.js';
import { makeFolder, syncFolder } from './make-durable.js';

export interface FolderBlobsOptions {
  /** Created if missing. Several processes and machines may share it. */
  readonly folder: string;
  readonly ids: Ids;
}

const chunkBytes = 256 * 1024;

/**
 * Files in a folder. A blob is written under `writing/` of the same folder and renamed into place when it is complete and
 * durable, so that no reader ever sees part of one.
 */
export class FolderBlobs extends Blobs {
  private constructor(
    private readonly folder: string,
    private readonly ids: Ids,
  ) {
    super();
  }

  static async open({ folder, ids }: FolderBlobsOptions): Promise<FolderBlobs> {
    const blobs = new FolderBlobs(folder, ids);
    await onDisk(folder, async () => {
      await makeFolder(blobs.writing);
      await removeLeftovers(blobs.writing, new Date());
    });
    return blobs;
  }

  override async write(content: AsyncIterable<Uint8Array | string>, suffix: string): Promise<Blob> {
    checkSuffix(suffix);
    const name = this.ids.next() + suffix;
    const path = await this.freePath(name);
    const draft = join(this.writing, name);
    const writer = await onDisk(this.folder, () => BlobWriter.create(draft));
    try {
      const bytes = await this.fill(writer, content);
      await onDisk(this.folder, async () => {
        await makeFolder(dirname(path));
        await rename(draft, path);
        await syncFolder(dirname(path));
      });
      return { name, bytes };
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined); // the first error is the one to report
      throw error;
    }
  }

  override async *read(name: string, offset = 0): AsyncIterable<Uint8Array> {
    const path = blobPath(this.folder, name);
    if (path === null) throw missing(name, this.folder);
    try {
      const stream: AsyncIterable<Buffer> = createReadStream(path, { start: offset, highWaterMark: chunkBytes });
      yield* stream;
    } catch (error) {
      throw isMissing(error) ? missing(name, this.folder, error) : fileErrorOf(error, this.folder);
    }
  }

  override placeOf(name: string): string {
    return blobPath(this.folder, name) ?? join(this.folder, name);
  }

  override async bytesOf(name: string): Promise<number | null> {
    const path = blobPath(this.folder, name);
    return path === null ? null : ((await this.statOf(path))?.size ?? null);
  }

  override async *list(): AsyncIterable<StoredBlob> {
    for (const first of await this.namesIn(this.folder)) {
      if (!isShard(first)) continue;
      for (const second of await this.namesIn(join(this.folder, first))) {
        if (!isShard(second)) continue;
        for (const name of await this.namesIn(join(this.folder, first, second))) {
          const path = join(this.folder, first, second, name);
          const file = blobPath(this.folder, name) === path ? await this.statOf(path) : null;
          if (file !== null) yield { name, bytes: file.size, writtenAt: file.mtime };
        }
      }
    }
  }

  override async delete(name: string): Promise<void> {
    const path = blobPath(this.folder, name);
    if (path === null) return;
    await onDisk(this.folder, () => rm(path, { force: true }));
  }

  override async check(): Promise<void> {
    await onDisk(this.folder, () => access(this.writing, constants.R_OK | constants.W_OK));
  }

  override async close(): Promise<void> {
    return Promise.resolve();
  }

  private get writing(): string {
    return join(this.folder, 'writing');
  }

  /** Null: there is no such file. */
  private async statOf(path: string): Promise<Stats | null> {
    return onDisk(this.folder, () => stat(path).catch(nullIfMissing));
  }

  /** Empty where there is no such folder. */
  private async namesIn(folder: string): Promise<string[]> {
    return onDisk(this.folder, async () => (await readdir(folder).catch(nullIfMissing)) ?? []);
  }

  /** An error of the content is passed on unchanged; an error of the disk becomes one of ours. Returns the number of bytes. */
  private async fill(writer: BlobWriter, content: AsyncIterable<Uint8Array | string>): Promise<number> {
    try {
      for await (const piece of content) {
        const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
        await onDisk(this.folder, () => writer.write(bytes));
      }
      await onDisk(this.folder, () => writer.finish());
      return writer.bytes;
    } finally {
      await onDisk(this.folder, () => writer.close());
    }
  }

  private async freePath(name: string): Promise<string> {
    const path = blobPath(this.folder, name);
    if (path === null || (await exists(path))) {
      throw new ProcessingError(
        'blobs.name-taken',
        `The fresh name ${name} cannot be used in ${this.folder}: try again.`,
      );
    }
    return path;
  }
}

/** The name of a folder of `blobPath`. */
function isShard(name: string): boolean {
  return /^[0-9a-z-]$/.test(name);
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null;
  throw error;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function missing(name: string, folder: string, cause?: unknown): ProcessingError {
  return new ProcessingError('blobs.missing', `There is no blob "${name}" in ${folder}.`, { cause });
}

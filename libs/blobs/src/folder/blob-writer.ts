import { open, type FileHandle } from 'node:fs/promises';

const bufferBytes = 256 * 1024;

/** Writes a new file through one buffer, so that many short pieces cost few writes. */
export class BlobWriter {
  private readonly buffer = Buffer.allocUnsafe(bufferBytes);
  private buffered = 0;
  private total = 0;

  private constructor(private readonly file: FileHandle) {}

  /** The file must not exist. */
  static async create(path: string): Promise<BlobWriter> {
    return new BlobWriter(await open(path, 'wx'));
  }

  /** Bytes given to it so far. */
  get bytes(): number {
    return this.total;
  }

  async write(piece: Uint8Array): Promise<void> {
    this.total += piece.length;
    for (let from = 0; from < piece.length;) {
      const room = piece.subarray(from, from + bufferBytes - this.buffered);
      this.buffer.set(room, this.buffered);
      this.buffered += room.length;
      from += room.length;
      if (this.buffered === bufferBytes) await this.flush();
    }
  }

  /** Resolves when everything is durable. */
  async finish(): Promise<void> {
    await this.flush();
    await this.file.sync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async flush(): Promise<void> {
    for (let from = 0; from < this.buffered;) {
      const { bytesWritten } = await this.file.write(this.buffer, from, this.buffered - from);
      from += bytesWritten;
    }
    this.buffered = 0;
  }
}

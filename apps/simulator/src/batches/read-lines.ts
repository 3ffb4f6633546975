import { open } from 'node:fs/promises';

export interface Line {
  readonly text: string;
  /** The offset in the file after this line and its newline. */
  readonly end: number;
}

const blockBytes = 256 * 1024;

/** The lines of a file from an offset on, read block by block. The last may lack its newline. */
export async function* readLines(path: string, offset: number): AsyncGenerator<Line> {
  const file = await open(path, 'r');
  try {
    let pending: Buffer[] = [];
    let end = offset;
    for (let position = offset; ;) {
      const block = Buffer.allocUnsafe(blockBytes);
      const { bytesRead } = await file.read(block, 0, blockBytes, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      let start = 0;
      for (let at = block.indexOf(10); at >= 0 && at < bytesRead; at = block.indexOf(10, start)) {
        pending.push(block.subarray(start, at));
        start = at + 1;
        const bytes = pending.length === 1 ? (pending[0] ?? block) : Buffer.concat(pending);
        pending = [];
        end += bytes.length + 1;
        yield { text: bytes.toString('utf8'), end };
      }
      if (start < bytesRead) pending.push(block.subarray(start, bytesRead));
    }
    const rest = Buffer.concat(pending);
    if (rest.length > 0) yield { text: rest.toString('utf8'), end: end + rest.length };
  } finally {
    await file.close();
  }
}

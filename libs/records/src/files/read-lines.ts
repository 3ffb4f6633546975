export interface Line {
  /** Without its newline. Valid until the next line is read. */
  readonly bytes: Buffer;
  /** The offset of the next line, in bytes from the beginning of the file. */
  readonly end: number;
}

const newline = 0x0a;

/** Splits a stream of bytes at newlines. A last line without one counts. `offset` is the stream's offset in the file. */
export async function* readLines(stream: AsyncIterable<Uint8Array>, offset = 0): AsyncGenerator<Line, void, undefined> {
  let end = offset;
  let parts: Buffer[] = [];
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (;;) {
      const at = bytes.indexOf(newline, from);
      if (at === -1) break;
      const tail = bytes.subarray(from, at);
      const line = parts.length === 0 ? tail : Buffer.concat([...parts, tail]);
      parts = [];
      from = at + 1;
      end += line.length + 1;
      yield { bytes: line, end };
    }
    if (from < bytes.length) parts.push(bytes.subarray(from));
  }
  const last = Buffer.concat(parts);
  if (last.length > 0) yield { bytes: last, end: end + last.length };
}

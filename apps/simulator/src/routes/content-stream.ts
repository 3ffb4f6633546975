import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../faults/fault-injector.js';

const chunkBytes = 64 * 1024;

/** A file's content, from disk; a fault may slow it down or cut it off. */
export function contentStream(path: string, bytes: number, faults: readonly Fault[]): Readable {
  const cutOff = faults.find(({ what }) => what === 'cut-off');
  const slow = faults.find(({ what, value }) => what === 'delay' && typeof value === 'object');
  if (cutOff === undefined && slow === undefined) return createReadStream(path, { highWaterMark: 256 * 1024 });
  const sentBytes = cutOff === undefined ? bytes : Math.floor((bytes * Number(cutOff.value ?? 50)) / 100);
  const { perChunkMs } = (slow?.value ?? { perChunkMs: 0 }) as { perChunkMs: number }; // checked when it was set
  return Readable.from(pieces(path, sentBytes, perChunkMs, cutOff !== undefined));
}

async function* pieces(path: string, bytes: number, perChunkMs: number, breakOff: boolean): AsyncGenerator<Buffer> {
  if (bytes > 0) {
    const stream = createReadStream(path, { highWaterMark: chunkBytes, end: bytes - 1 });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (perChunkMs > 0) await wait(perChunkMs);
      yield chunk;
    }
  }
  // What was yielded must be sent before the connection breaks.
  if (breakOff) {
    await wait(20);
    throw new Error('A fault rule cuts the content off here.');
  }
}

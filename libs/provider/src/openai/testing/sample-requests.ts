import { SystemClock } from '@batchmill/contracts';
import type { BatchToCreate, FileToUpload } from '../../provider.js';

export function sampleBatch(withinMs = 600_000): BatchToCreate {
  const deadline = new Date(new SystemClock().now().getTime() + withinMs);
  return { inputFileId: 'file-1', endpoint: '/v1/embeddings', completionWindow: '24h', metadata: {}, deadline };
}

/** A file of `chunks` times 64 KiB that counts how often it was opened. */
export function sampleFile(chunks: number): FileToUpload & { opened: number } {
  return {
    opened: 0,
    name: 'b1.jsonl',
    bytes: chunks * 65_536,
    async *open() {
      this.opened += 1;
      for (let sent = 0; sent < chunks; sent += 1) yield Buffer.alloc(65_536, 0x61);
    },
  };
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const item of items) all.push(item);
  return all;
}

export function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

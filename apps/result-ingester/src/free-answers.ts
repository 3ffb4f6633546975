import { Blobs } from '@batchmill/blobs';
import { classifyResult } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import { readLines } from '@batchmill/records';
import { Injectable } from '@nestjs/common';
import type { BatchToIngest } from './result-slices.js';

/** Finds or writes the result file of the answers that nobody is billed for. */
@Injectable()
export class FreeAnswers {
  constructor(private readonly blobs: Blobs) {}

  /**
   * The blob; null where every request was sent. Where requests take the answers to others of their batch, the file is written, with a
   * line for each of them. Call it after the provider's files are ingested.
   */
  async fileFor(ingested: BatchToIngest): Promise<string | null> {
    const { reuse } = ingested.batch;
    if (reuse === undefined) return null;
    if (reuse.copies === 0) return reuse.file;
    const { name } = await this.blobs.write(this.#linesOf(ingested, reuse.file), '.reused.jsonl');
    return name;
  }

  /** Of several results of a request, the first answer comes first, since the first line counts. */
  async *#linesOf(
    ingested: BatchToIngest,
    reused: string | null,
  ): AsyncGenerator<Uint8Array | string, void, undefined> {
    if (reused !== null) yield* this.blobs.read(reused);
    const answered = new Set<string>();
    for (const only of ['answers', 'problems'] as const) {
      for await (const { customId, line, isAnswer } of this.#linesWithCopies(ingested)) {
        if (isAnswer !== (only === 'answers') || answered.has(customId)) continue;
        if (isAnswer) answered.add(customId);
        for (const copy of ingested.sent.copiesOf(customId)) {
          yield `${JSON.stringify({ ...line, custom_id: copy.customId })}\n`;
        }
      }
    }
  }

  /** The results of the requests whose answers others take. */
  async *#linesWithCopies({ plan, sent, progress }: BatchToIngest) {
    for (const file of [progress.state.output, progress.state.error]) {
      if (file === null) continue;
      for await (const { bytes } of readLines(this.blobs.read(file))) {
        const result = parseResultLine(bytes);
        const index = result === null ? null : sent.indexOf(result.customId);
        const request = index === null ? undefined : sent.requests[index];
        if (result === null || request === undefined || sent.copiesOf(result.customId).length === 0) continue;
        const line = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')) as object; // it was read as a result
        const isAnswer = classifyResult(plan, request.function, result).outcome === 'answered';
        yield { customId: result.customId, line, isAnswer };
      }
    }
  }
}

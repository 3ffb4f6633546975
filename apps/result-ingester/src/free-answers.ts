import { Blobs } from '@batchmill/blobs';
import { classifyResult } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import { readLines, type Batch } from '@batchmill/records';
import { Injectable } from '@nestjs/common';
import { AwaitedVectors } from './awaited-vectors.js';
import type { BatchToIngest } from './result-slices.js';

/** Finds or writes the result file of the answers that nobody is billed for. */
@Injectable()
export class FreeAnswers {
  constructor(
    private readonly blobs: Blobs,
    private readonly awaitedVectors: AwaitedVectors,
  ) {}

  /** When a batch is looked at again that still waits for vectors of others; null: it may go on. */
  retryAt(batch: Batch): Promise<Date | null> {
    return this.awaitedVectors.retryAt(batch);
  }

  /**
   * The blob; null where every request was sent. Where requests take the answers to others of their batch, or vectors of other batches,
   * the file is written, with a line for each of them. Call it after the provider's files are ingested. Throws a TextsAwaited when a
   * vector is not there yet.
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
    yield* this.awaitedVectors.linesOf(ingested);
    if (reused !== null) yield* this.blobs.read(reused);
    if (!ingested.sent.hasCopies) return;
    const answered = new Set<string>();
    const problems = new Map<string, object>();
    for await (const { customId, line, isAnswer } of this.#linesWithCopies(ingested)) {
      if (answered.has(customId)) continue;
      if (!isAnswer) {
        if (!problems.has(customId)) problems.set(customId, line);
        continue;
      }
      answered.add(customId);
      yield* copiesOf(ingested, customId, line);
    }
    for (const [customId, line] of problems) if (!answered.has(customId)) yield* copiesOf(ingested, customId, line);
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

/** The result of a request as that of each request that takes its answer. */
function* copiesOf({ sent }: BatchToIngest, customId: string, line: object): Generator<string, void, undefined> {
  for (const copy of sent.copiesOf(customId)) yield `${JSON.stringify({ ...line, custom_id: copy.customId })}\n`;
}

import type { Blobs } from '@batchmill/blobs';
import { noUsage } from '@batchmill/models';
import { classifyResult, type RunPlan } from '@batchmill/pipeline';
import { isBlankLine, parseResultLine, type Classified } from '@batchmill/provider';
import { readLines, type Batch } from '@batchmill/records';
import { classifyMissing, notShared } from './classify-missing.js';
import type { Progress } from './progress.js';
import type { SentRequests } from './sent-requests.js';

/** The result of one function of one document. */
export interface Outcome {
  readonly documentId: unknown;
  readonly chunkId: string;
  readonly parentId: string;
  readonly function: string;
  /** The index of the request in the batch; null when it was never sent. */
  readonly index: number | null;
  /** The key under which its answer is kept for others; missing: it is not. */
  readonly key?: string;
  /** SHA-256 of the text that was embedded; missing: it is not known, or nothing was embedded. */
  readonly textHash?: string;
  readonly classified: Classified;
}

/** Outcomes that are written together. `end` is the checkpoint's offset after them. */
export interface Slice {
  readonly outcomes: readonly Outcome[];
  readonly end: number;
}

/** One batch while it is ingested. */
export interface BatchToIngest {
  readonly plan: RunPlan;
  readonly batch: Batch;
  readonly sent: SentRequests;
  readonly progress: Progress;
  /** True when results that cannot be had count as lost at once (see `isGivenUp`). */
  readonly isGivenUp: boolean;
}

export interface Reading {
  readonly blobs: Blobs;
  readonly sliceLines: number;
}

/**
 * Reads a result file from the checkpoint on. The first valid line of a request counts. `answers` leaves out results that
 * are no answers. `problems` returns those, after the error file was read: it may have held an answer.
 */
export async function* slicesOfFile(
  { plan, sent, progress }: BatchToIngest,
  file: string,
  only: 'answers' | 'problems' | 'all',
  { blobs, sliceLines }: Reading,
): AsyncGenerator<Slice, void, undefined> {
  const from = progress.offset;
  let outcomes: Outcome[] = [];
  let lines = 0;
  let end = from;
  for await (const line of readLines(blobs.read(file, from), from)) {
    end = line.end;
    lines += 1;
    const result = parseResultLine(line.bytes);
    const index = result === null ? null : sent.indexOf(result.customId);
    const request = index === null ? undefined : sent.requests[index];
    if (result === null || index === null || request === undefined) {
      if (only !== 'problems' && !isBlankLine(line.bytes)) progress.countLine('unknown');
    } else if (progress.received.has(index)) {
      if (only !== 'problems') progress.countLine('duplicates');
    } else {
      const classified = classifyResult(plan, request.function, result);
      if (only === 'answers' && classified.outcome !== 'answered') {
        progress.countLine('problems');
      } else {
        progress.received.add(index);
        progress.countResult(classified, index, request.function);
        outcomes.push({ ...request, index, classified });
      }
    }
    if (lines < sliceLines) continue;
    yield { outcomes, end };
    outcomes = [];
    lines = 0;
  }
  if (lines > 0) yield { outcomes, end };
}

/** The requests without a line in either file, from the checkpoint on. */
export function* slicesOfMissing(
  { batch, sent, progress }: BatchToIngest,
  sliceLines: number,
): Generator<Slice, void, undefined> {
  let outcomes: Outcome[] = [];
  for (let index = progress.offset; index < sent.requests.length; index += 1) {
    const request = sent.requests[index];
    if (request === undefined || progress.received.has(index)) continue;
    const classified =
      request.awaits === undefined ? classifyMissing(batch, sent.lineOf(index), progress.state) : notShared;
    progress.received.add(index);
    progress.countResult(classified, index, request.function);
    outcomes.push({ ...request, index, classified });
    if (outcomes.length < sliceLines) continue;
    yield { outcomes, end: index + 1 };
    outcomes = [];
  }
  if (outcomes.length > 0) yield { outcomes, end: sent.requests.length };
}

/** The prompts that could not be rendered, from the checkpoint on. A failure of the pipeline's own code is retried. */
export function* slicesOfUnrendered(
  { sent, progress }: BatchToIngest,
  sliceLines: number,
): Generator<Slice, void, undefined> {
  for (let from = progress.offset; from < sent.unrendered.length; from += sliceLines) {
    const lines = sent.unrendered.slice(from, from + sliceLines);
    const outcomes = lines.map(({ documentId, function: name, error }) => {
      const classified: Classified =
        error.kind === 'ProcessingError'
          ? { outcome: 'retry', error, countsAttempt: true, usage: noUsage }
          : { outcome: 'fail', error, usage: noUsage };
      progress.countResult(classified, null, name);
      return { documentId, chunkId: '', parentId: '', function: name, index: null, classified };
    });
    yield { outcomes, end: from + lines.length };
  }
}

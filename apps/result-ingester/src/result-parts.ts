import type { Blobs } from '@batchmill/blobs';
import { noUsage } from '@batchmill/models';
import { classifyResult, type RunPlan } from '@batchmill/pipeline';
import { parseResultLine, type Classified } from '@batchmill/provider';
import { readLines, type Batch } from '@batchmill/records';
import type { Outcome } from './outcome.js';
import type { Progress } from './progress.js';
import type { SentRequests } from './sent-requests.js';
import { verdictOnMissing } from './verdict-on-missing.js';

/** Outcomes that are written together, and where the checkpoint stands after them. */
export interface Slice {
  readonly outcomes: readonly Outcome[];
  readonly end: number;
}

export interface ResultParts {
  readonly plan: RunPlan;
  readonly batch: Batch;
  readonly sent: SentRequests;
  readonly progress: Progress;
  readonly blobs: Blobs;
  readonly sliceLines: number;
}

/**
 * The answers in a result file from the checkpoint on. The first valid line of a request wins: `only: 'answers'` passes
 * over everything else, which `only: 'problems'` takes up after the error file was read.
 */
export async function* slicesOfFile(
  parts: ResultParts,
  file: string,
  only: 'answers' | 'problems' | 'all',
): AsyncGenerator<Slice, void, undefined> {
  const { plan, sent, progress, blobs, sliceLines } = parts;
  const from = progress.offset;
  let outcomes: Outcome[] = [];
  let lines = 0;
  let end = from;
  for await (const line of readLines(blobs.read(file, from), from)) {
    end = line.end;
    lines += 1;
    const result = parseResultLine(line.bytes);
    const place = result === null ? null : sent.placeOf(result.customId);
    const request = place === null ? undefined : sent.requests[place];
    if (result === null || place === null || request === undefined) {
      if (only !== 'problems') progress.countOdd('unknown');
    } else if (progress.received.has(place)) {
      if (only !== 'problems') progress.countOdd('duplicates');
    } else {
      const classified = classifyResult(plan, request.function, result);
      if (only === 'answers' && classified.outcome !== 'answered') {
        progress.countOdd('problems');
      } else {
        progress.received.add(place);
        progress.count(classified);
        outcomes.push({ ...request, classified });
      }
    }
    if (lines < sliceLines) continue;
    yield { outcomes, end };
    outcomes = [];
    lines = 0;
  }
  if (lines > 0) yield { outcomes, end };
}

/** Requests without a line in either file, from the checkpoint on. */
export function* slicesOfMissing({
  batch,
  sent,
  progress,
  sliceLines,
}: ResultParts): Generator<Slice, void, undefined> {
  let outcomes: Outcome[] = [];
  for (let place = progress.offset; place < sent.requests.length; place += 1) {
    const request = sent.requests[place];
    if (request === undefined || progress.received.has(place)) continue;
    const classified = verdictOnMissing(batch, place + 1, progress.state);
    progress.received.add(place);
    progress.count(classified);
    outcomes.push({ ...request, classified });
    if (outcomes.length < sliceLines) continue;
    yield { outcomes, end: place + 1 };
    outcomes = [];
  }
  if (outcomes.length > 0) yield { outcomes, end: sent.requests.length };
}

/** What could not be rendered, from the checkpoint on: code of the pipeline's author that failed is called again later. */
export function* slicesOfUnrendered({ sent, progress, sliceLines }: ResultParts): Generator<Slice, void, undefined> {
  for (let from = progress.offset; from < sent.unrendered.length; from += sliceLines) {
    const slice = sent.unrendered.slice(from, from + sliceLines);
    const outcomes = slice.map(({ documentId, function: name, error }) => {
      const classified: Classified =
        error.kind === 'ProcessingError'
          ? { outcome: 'retry', error, countsAttempt: true, usage: noUsage }
          : { outcome: 'fail', error, usage: noUsage };
      progress.count(classified);
      return { documentId, chunkId: '', parentId: '', function: name, classified };
    });
    yield { outcomes, end: from + slice.length };
  }
}

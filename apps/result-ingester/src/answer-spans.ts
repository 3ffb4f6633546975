import type { Blobs } from '@batchmill/blobs';
import { classifyResult, type RunPlan } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import { readLines } from '@batchmill/records';
import type { SentRequests } from './sent-requests.js';

/** Where the answer of a request is: in which result file, from which byte, how many bytes. */
export interface AnswerSpan {
  readonly file: number;
  readonly start: number;
  readonly bytes: number;
}

/** Where the answers of a batch are in its result files, by the index of the request. Holds numbers only, no answers. */
export class AnswerSpans {
  readonly #files: Uint8Array;
  readonly #starts: Float64Array;
  /** 0: no answer. */
  readonly #bytes: Uint32Array;
  #count = 0;

  private constructor(requests: number) {
    this.#files = new Uint8Array(requests);
    this.#starts = new Float64Array(requests);
    this.#bytes = new Uint32Array(requests);
  }

  /** Of several valid answers to a request, the first in the first file counts. */
  static async find(plan: RunPlan, sent: SentRequests, files: readonly string[], blobs: Blobs): Promise<AnswerSpans> {
    const spans = new AnswerSpans(sent.requests.length);
    for (const [file, name] of files.entries()) {
      let start = 0;
      for await (const { bytes, end } of readLines(blobs.read(name))) {
        const index = indexOfAnswer(plan, sent, bytes);
        if (index !== null && spans.of(index) === null) spans.#add(index, { file, start, bytes: end - start });
        start = end;
      }
    }
    return spans;
  }

  /** How many requests have an answer. */
  get count(): number {
    return this.#count;
  }

  of(index: number): AnswerSpan | null {
    const bytes = this.#bytes[index] ?? 0;
    if (bytes === 0) return null;
    return { file: this.#files[index] ?? 0, start: this.#starts[index] ?? 0, bytes };
  }

  #add(index: number, { file, start, bytes }: AnswerSpan): void {
    this.#files[index] = file;
    this.#starts[index] = start;
    this.#bytes[index] = bytes;
    this.#count += 1;
  }
}

/** The index of the request that this line answers; null when it answers none. */
function indexOfAnswer(plan: RunPlan, sent: SentRequests, line: Uint8Array): number | null {
  const result = parseResultLine(line);
  const index = result === null ? null : sent.indexOf(result.customId);
  const request = index === null ? undefined : sent.requests[index];
  if (result === null || request === undefined) return null;
  return classifyResult(plan, request.function, result).outcome === 'answered' ? index : null;
}

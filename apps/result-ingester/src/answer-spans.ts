import type { Blobs } from '@batchmill/blobs';
import { classifyResult, type RunPlan } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import { readLines } from '@batchmill/records';
import type { SentRequests } from './sent-requests.js';

/** Where the answer of a request stands: which of the files, from which byte, how many. */
export interface AnswerSpan {
  readonly file: number;
  readonly begin: number;
  readonly bytes: number;
}

/** Where the answers of a batch stand in its result files, by the request's place: numbers only, whatever they hold. */
export class AnswerSpans {
  readonly #files: Uint8Array;
  readonly #begins: Float64Array;
  /** 0: no answer. */
  readonly #bytes: Uint32Array;
  #count = 0;

  private constructor(requests: number) {
    this.#files = new Uint8Array(requests);
    this.#begins = new Float64Array(requests);
    this.#bytes = new Uint32Array(requests);
  }

  /** The first valid answer of a request wins, the files in the order given. */
  static async find(plan: RunPlan, sent: SentRequests, files: readonly string[], blobs: Blobs): Promise<AnswerSpans> {
    const spans = new AnswerSpans(sent.requests.length);
    for (const [file, name] of files.entries()) {
      let begin = 0;
      for await (const { bytes, end } of readLines(blobs.read(name))) {
        const place = answeredPlace(plan, sent, bytes);
        if (place !== null && spans.of(place) === null) spans.#add(place, { file, begin, bytes: end - begin });
        begin = end;
      }
    }
    return spans;
  }

  /** How many requests have an answer. */
  get count(): number {
    return this.#count;
  }

  of(place: number): AnswerSpan | null {
    const bytes = this.#bytes[place] ?? 0;
    if (bytes === 0) return null;
    return { file: this.#files[place] ?? 0, begin: this.#begins[place] ?? 0, bytes };
  }

  #add(place: number, { file, begin, bytes }: AnswerSpan): void {
    this.#files[place] = file;
    this.#begins[place] = begin;
    this.#bytes[place] = bytes;
    this.#count += 1;
  }
}

function answeredPlace(plan: RunPlan, sent: SentRequests, line: Uint8Array): number | null {
  const result = parseResultLine(line);
  const place = result === null ? null : sent.placeOf(result.customId);
  const request = place === null ? undefined : sent.requests[place];
  if (result === null || request === undefined) return null;
  return classifyResult(plan, request.function, result).outcome === 'answered' ? place : null;
}

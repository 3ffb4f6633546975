import { Blobs } from '@batchmill/blobs';
import { Clock, Ids, ValidationError } from '@batchmill/contracts';
import { BatchSettled, type SettledReason } from '@batchmill/contracts/events';
import { takesFlex } from '@batchmill/models';
import { Provider, TierRefusedError, writeResultLine, type SynchronousAnswer } from '@batchmill/provider';
import {
  notIngested,
  readLines,
  type Batch,
  type Leased,
  type SynchronousLane as LaneState,
  type Transitions,
} from '@batchmill/records';
import { Injectable } from '@nestjs/common';
import { readRequestLine, slicesOf, type RequestLine, type RequestSlice } from './request-slices.js';

/** For its turn under the rate limit, and its answer. One that takes longer is given up. */
const callMs = 600_000;

/** After this time a batch gives its place to others, and goes on when it is its turn again. */
const turnMs = 10_000;

/** What became of a request. `unclear`: it may be billed, and no answer came. `unsent`: it was surely not carried out. */
type Outcome = SynchronousAnswer | 'unclear' | 'unsent';

/**
 * Sends the requests of a batch file to the synchronous endpoints, slice by slice, and writes a result file of the answers, so that
 * they are ingested as those of any batch. A slice is noted before it is sent. After a crash its requests are not sent again by this
 * batch: they may be billed, so they count as unanswered, and are requested again by the next one.
 */
@Injectable()
export class SynchronousAnswers {
  constructor(
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async *answer(batch: Leased<Batch>, { maySpare }: { readonly maySpare: boolean }): Transitions<BatchSettled> {
    const { file, synchronous } = batch.data;
    if (file === null || synchronous == null) return;
    const until = new Date(this.clock.now().getTime() + turnMs);
    let state = await this.#afterCrash(batch, file, synchronous);
    for await (const slice of slicesOf(batch.data, readLines(this.blobs.read(file, state.offset), state.offset))) {
      state = { ...state, sendingTo: slice.end };
      await batch.save({ synchronous: state });
      // After this line the requests of the slice may be billed.
      const outcomes = await this.#sendOrGiveBack(batch, state, slice.lines, maySpare);
      state = await this.#store(batch, state, { ...slice, outcomes });
      batch.throwIfStopping();
      if (this.clock.now() < until) continue;
      // Its place goes to others, and the commands for its run are read before it goes on.
      yield batch.wait(this.clock.now());
      return;
    }
    yield* this.#settle(batch, state, 'completed');
  }

  /** Sends nothing more: the run was cancelled. What was answered is kept. */
  async *end(batch: Leased<Batch>): Transitions<BatchSettled> {
    const { file, synchronous } = batch.data;
    if (file === null || synchronous == null) return;
    yield* this.#settle(batch, await this.#afterCrash(batch, file, synchronous), 'cancelled');
  }

  async *#settle(batch: Leased<Batch>, { parts }: LaneState, reason: SettledReason): Transitions<BatchSettled> {
    const { name } = await this.blobs.write(this.#allOf(parts), '.results.jsonl');
    const { runId, claimId, requests } = batch.data;
    const settledEvent = new BatchSettled({
      ...{ runId, claimId, batchId: batch.id, providerBatchId: null, requests },
      reason,
    });
    // The file takes the place of the copies of the provider's files.
    const ingestion = { ...notIngested, part: 'output', output: name } as const;
    yield batch.with({ reason, held: null, ingestion }).to('settled', settledEvent);
    for (const part of parts) await this.blobs.delete(part);
  }

  /** When nothing of the slice was carried out, it is sent later, and is noted no more. */
  async #sendOrGiveBack(
    batch: Leased<Batch>,
    state: LaneState,
    lines: readonly RequestLine[],
    maySpare: boolean,
  ): Promise<Outcome[]> {
    try {
      return await this.#send(lines, maySpare);
    } catch (error) {
      await batch.save({ synchronous: { ...state, sendingTo: null } });
      throw error;
    }
  }

  /** The requests that were being sent when the process died. */
  async #afterCrash(batch: Leased<Batch>, file: string, state: LaneState): Promise<LaneState> {
    const { sendingTo, offset } = state;
    if (sendingTo === null) return state;
    const lines: RequestLine[] = [];
    for await (const line of readLines(this.blobs.read(file, offset), offset)) {
      if (line.end > sendingTo) break;
      lines.push(readRequestLine(line.bytes));
    }
    return this.#store(batch, state, { lines, end: sendingTo, outcomes: lines.map(() => 'unclear' as const) });
  }

  async #store(
    batch: Leased<Batch>,
    state: LaneState,
    { lines, end, outcomes }: RequestSlice & { readonly outcomes: readonly Outcome[] },
  ): Promise<LaneState> {
    const text = lines.map(({ customId }, index) => this.#resultLine(customId, outcomes[index] ?? 'unclear')).join('');
    const { name } = await this.blobs.write(only(text), '.part.jsonl');
    const unclear = state.unclear + outcomes.filter((outcome) => outcome === 'unclear').length;
    const stored = { ...state, parts: [...state.parts, name], offset: end, sendingTo: null, unclear };
    await batch.save({ synchronous: stored });
    return stored;
  }

  async #send(lines: readonly RequestLine[], maySpare: boolean): Promise<Outcome[]> {
    const [first] = lines;
    const sent =
      first?.url === '/v1/embeddings'
        ? await settled(this.#embed(lines), lines)
        : (
            await Promise.all(
              lines.map((line) =>
                settled(
                  this.#ask(line, maySpare).then((one) => [one]),
                  [line],
                ),
              ),
            )
          ).flat();
    const failure = sent.find((outcome) => outcome instanceof Error);
    // Nothing was carried out: the work is given back, and the same slice is sent later.
    if (failure !== undefined && sent.every((outcome) => outcome instanceof Error)) throw failure;
    return sent.map((outcome) => (outcome instanceof Error ? 'unsent' : outcome));
  }

  /** The cheaper tier first, where the model has it and there is time. */
  async #ask({ url, body, tokens }: RequestLine, maySpare: boolean): Promise<Outcome> {
    const path = url === '/v1/responses' ? url : '/v1/chat/completions';
    const call = { url: path, tokens, deadline: this.#deadline() } as const;
    const isSpared = maySpare && body['service_tier'] === undefined && takesFlex(String(body['model']));
    if (isSpared) {
      try {
        return outcomeOf(await this.provider.answer({ ...call, body: { ...body, service_tier: 'flex' } }));
      } catch (error) {
        if (!(error instanceof TierRefusedError)) throw error;
      }
    }
    return outcomeOf(await this.provider.answer({ ...call, body, deadline: this.#deadline() }));
  }

  /** Of a call that is refused as a whole, the half with the input that is to blame is refused again, until that one is alone. */
  async #embed(lines: readonly RequestLine[]): Promise<(Outcome | Error)[]> {
    const [first] = lines;
    if (first === undefined) return [];
    const body = Object.fromEntries(Object.entries(first.body).filter(([name]) => name !== 'input'));
    const inputs = lines.map(({ body: { input }, tokens }) => ({ text: String(input), tokens }));
    const result = await this.provider.answerEmbeddings({ body, inputs, deadline: this.#deadline() });
    if (result.kind === 'unclear') return lines.map(() => 'unclear');
    if (result.kind === 'answered') return [...result.answers];
    if (lines.length === 1) return [result.answer];
    // What one half brings is paid, also when the other fails.
    const half = Math.ceil(lines.length / 2);
    const halves = [lines.slice(0, half), lines.slice(half)];
    const sent: (Outcome | Error)[] = [];
    for (const part of halves) sent.push(...(await settled(this.#embed(part), part)));
    return sent;
  }

  #deadline(): Date {
    return new Date(this.clock.now().getTime() + callMs);
  }

  #resultLine(customId: string, outcome: Outcome): string {
    const id = `synchronous_${this.ids.next()}`;
    if (typeof outcome === 'object') return writeResultLine(id, customId, outcome);
    // The codes of lines that a batch has not executed, and of those without an answer.
    const code = outcome === 'unsent' ? 'batch_cancelled' : 'request_timeout';
    return `${JSON.stringify({ id, custom_id: customId, response: null, error: { code, message: outcome } })}\n`;
  }

  async *#allOf(parts: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
    for (const part of parts) yield* this.blobs.read(part);
  }
}

function outcomeOf(result: Awaited<ReturnType<Provider['answer']>>): Outcome {
  return result.kind === 'unclear' ? 'unclear' : result.answer;
}

/** An error stands for each of the requests. One that is wrong by our own rules is refused as by the provider. */
async function settled(
  sending: Promise<readonly (Outcome | Error)[]>,
  lines: readonly RequestLine[],
): Promise<(Outcome | Error)[]> {
  try {
    return [...(await sending)];
  } catch (error) {
    if (error instanceof ValidationError) return lines.map(() => refusedAs(error));
    const failure = error instanceof Error ? error : new Error(String(error));
    return lines.map(() => failure);
  }
}

function refusedAs({ code }: ValidationError): SynchronousAnswer {
  return { statusCode: 400, requestId: null, body: JSON.stringify({ error: { code } }), serviceTier: null };
}

async function* only(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}

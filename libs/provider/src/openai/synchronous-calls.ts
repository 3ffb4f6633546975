import { ConnectionError, TimeoutError, ValidationError, type Clock } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import type OpenAI from 'openai';
import { APIError } from 'openai/error';
import { embeddingCallLimits, maxEmbeddingTokens, splitEmbeddings, usageOf } from '../dialects/openai/index.js';
import type { ProviderErrorCode } from '../error-codes.js';
import type { GovernedCall, RateLimiter } from '../rates/rate-limiter.js';
import { shownRates } from '../rates/shown-rates.js';
import { AccountRefusedError, RefusedError, TierRefusedError } from '../refused-error.js';
import type { RequestFields } from '../requests/prompt-settings.js';
import type { EmbeddingInput, EmbeddingsRequest, SynchronousRequest } from '../requests/synchronous-request.js';
import type {
  EmbeddingsResult,
  SynchronousAnswer,
  SynchronousResult,
  UnclearCall,
} from '../results/synchronous-result.js';
import { connectionError, timeoutError } from './call-error.js';
import { wasNeverSent } from './never-sent.js';
import { noteFailure } from './note-failure.js';
import { withRetries, type RetryOptions } from './with-retries.js';

export interface SynchronousCallsOptions {
  /** With its retries off. */
  readonly client: () => Promise<OpenAI>;
  readonly account: string;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  /** Its signal aborts when the provider is closed. */
  readonly retries: RetryOptions;
  /** Our error for one of the SDK. */
  readonly toFailure: (call: string, error: unknown) => Error;
}

/** A call as it is sent. */
interface Sending {
  readonly call: GovernedCall;
  /** Below the version. */
  readonly path: string;
  readonly body: RequestFields;
  readonly deadline: Date;
  /** Aborts at the deadline, and when the call is ended. */
  readonly signal: AbortSignal;
}

type Outcome =
  { readonly kind: 'answered'; readonly answer: SynchronousAnswer; readonly parsed: unknown } | UnclearCall;

/** Calls of the synchronous endpoints. See `Provider.answer` for what is sent again and what is not. */
export class SynchronousCalls {
  constructor(private readonly options: SynchronousCallsOptions) {}

  async answer({ url, body, tokens, ...inTime }: SynchronousRequest): Promise<SynchronousResult> {
    const model = modelOf(body);
    const call = { name: `answer by ${model}`, account: this.options.account, model, tokens };
    const result = await this.#send({ call, path: url.replace(/^\/v1/, ''), body }, inTime);
    return result.kind === 'unclear' ? result : { kind: 'answered', answer: result.answer };
  }

  async answerEmbeddings({ body, inputs, ...inTime }: EmbeddingsRequest): Promise<EmbeddingsResult> {
    const model = modelOf(body);
    const name = `answer ${inputs.length} inputs by ${model}`;
    checkInputs(name, inputs);
    const counted = inputs.map(({ tokens }) => tokens);
    const call = { name, account: this.options.account, model, tokens: sumOf(counted) };
    const input = inputs.map(({ text }) => text);
    const result = await this.#send({ call, path: '/embeddings', body: { ...body, input } }, inTime);
    if (result.kind === 'unclear') return result;
    const { answer } = result;
    if (answer.statusCode >= 300) return { kind: 'refused', answer };
    const bodies = splitEmbeddings(result.parsed, counted);
    if (bodies === null) {
      const message = `${name}: the answer does not have one embedding for each input; it may be billed`;
      return { kind: 'unclear', error: connectionError('provider.unexpected-response', message) };
    }
    return { kind: 'answered', answers: bodies.map((each) => ({ ...answer, body: JSON.stringify(each) })) };
  }

  async #send(
    sent: Pick<Sending, 'call' | 'path' | 'body'>,
    { deadline, signal }: Pick<SynchronousRequest, 'deadline' | 'signal'>,
  ): Promise<Outcome> {
    const { clock, retries } = this.options;
    const leftMs = deadline.getTime() - clock.now().getTime();
    if (leftMs <= 0) throw tooLate(sent.call, deadline);
    const finished = new AbortController();
    const passed = new AbortController();
    void clock.sleep(leftMs, finished.signal).then(() => passed.abort());
    const ends = AbortSignal.any([passed.signal, retries.signal, ...(signal === undefined ? [] : [signal])]);
    try {
      return await withRetries({ ...retries, maxAskedMs: leftMs, signal: ends }, () =>
        this.#sendOnce({ ...sent, deadline, signal: ends }),
      );
    } finally {
      finished.abort();
    }
  }

  /** Throws where nothing was carried out. */
  async #sendOnce(sending: Sending): Promise<Outcome> {
    const { call, path, body, deadline, signal } = sending;
    const { rateLimiter, clock } = this.options;
    const client = await this.options.client();
    const patienceMs = deadline.getTime() - clock.now().getTime();
    await rateLimiter.take(call, { signal, patienceMs });
    if (signal.aborted || clock.now() >= deadline) throw tooLate(call, deadline);
    // After this line the call may be carried out, and billed.
    let response: Response;
    try {
      response = await client.post(path, { body, signal }).asResponse();
    } catch (error) {
      return this.#afterError(error, sending);
    }
    const text = await readText(response, signal).catch((error: unknown) =>
      this.#unclear(sending, connectionError('provider.cut-off', `${call.name}: the answer was cut off`, error)),
    );
    if (typeof text !== 'string') return text;
    const parsed = parse(text);
    const shown = shownRates(response.status, response.headers, clock.now());
    await rateLimiter.note(call, { ...shown, usedTokens: usedTokens(parsed) });
    if (!isPlainObject(parsed)) {
      const message = `${call.name}: the answer is not a JSON object; it may be billed`;
      return this.#unclear(sending, connectionError('provider.unexpected-response', message));
    }
    const requestId = response.headers.get('x-request-id');
    return { kind: 'answered', answer: answerOf(response.status, requestId, text, parsed), parsed };
  }

  async #afterError(error: unknown, sending: Sending): Promise<Outcome> {
    const { call } = sending;
    const { rateLimiter, clock, toFailure } = this.options;
    const failure = tierRefusal(error, call) ?? toFailure(call.name, error);
    await noteFailure(rateLimiter, call, { error, failure, now: clock.now() });
    if (failure instanceof AccountRefusedError || failure instanceof TierRefusedError) throw failure;
    const status = statusOf(error);
    if (status !== null && failure instanceof RefusedError) {
      const { error: said, requestID } = error as APIError;
      const body = { error: said ?? { message: failure.reason, type: null, param: null, code: failure.providerCode } };
      const requestId = typeof requestID === 'string' ? requestID : null;
      return { kind: 'answered', answer: answerOf(status, requestId, JSON.stringify(body), body), parsed: body };
    }
    const isUnsent = status === null ? wasNeverSent(error) : status < 500 && !unclearStatuses.includes(status);
    if (isUnsent) throw failure;
    return this.#unclear(sending, failure);
  }

  #unclear({ call, deadline, signal }: Sending, failure: Error): UnclearCall {
    if (signal.aborted && this.options.clock.now() >= deadline) {
      const message = `${call.name}: no answer by ${deadline.toISOString()}; it may be billed`;
      return { kind: 'unclear', error: timeoutError(message, failure) };
    }
    const isOurs = failure instanceof ConnectionError || failure instanceof TimeoutError;
    const error = isOurs ? failure : connectionError('provider.unavailable', `${call.name}: no answer`, failure);
    return { kind: 'unclear', error };
  }
}

/** The provider may have carried out the call; 429 and others of the moment say that it did not. */
const unclearStatuses: readonly number[] = [408, 409];

function modelOf(body: RequestFields): string {
  const { model } = body;
  return typeof model === 'string' ? model : '';
}

function checkInputs(call: string, inputs: readonly EmbeddingInput[]): void {
  const { maxInputs, maxTokens } = embeddingCallLimits;
  const tokens = sumOf(inputs.map((input) => input.tokens));
  const largest = inputs.reduce((most, input) => Math.max(most, input.tokens), 0);
  const fits = inputs.length > 0 && inputs.length <= maxInputs && tokens <= maxTokens && largest <= maxEmbeddingTokens;
  if (fits && inputs.every(({ text }) => text !== '')) return;
  const found = `${inputs.length} inputs of ${tokens} tokens, the largest of ${largest}`;
  const expected = `1 to ${maxInputs} inputs of at most ${maxTokens} tokens, each of at most ${maxEmbeddingTokens} and not empty`;
  const code: ProviderErrorCode = 'provider.call-too-large';
  throw new ValidationError(code, `${call}: found ${found}, expected ${expected}; nothing was sent`);
}

/** Null: it is no refusal of a tier. https://platform.openai.com/docs/guides/flex-processing */
function tierRefusal(error: unknown, { name }: GovernedCall): TierRefusedError | null {
  if (!(error instanceof APIError) || error.status !== 429) return null;
  if (error.code !== 'resource_unavailable' && error.type !== 'resource_unavailable') return null;
  const message = 'the tier has no resources at the moment; another tier may answer';
  const refusal = { about: 'moment' } as const;
  return new TierRefusedError(name, { status: 429, providerCode: 'resource_unavailable', message, refusal });
}

function tooLate({ name }: GovernedCall, deadline: Date): TimeoutError {
  return timeoutError(
    `${name}: its deadline ${deadline.toISOString()} has passed, or it was ended; the call was not sent`,
  );
}

function statusOf(error: unknown): number | null {
  return error instanceof APIError && typeof error.status === 'number' ? error.status : null;
}

function answerOf(
  statusCode: number,
  requestId: string | null,
  body: string,
  parsed: Readonly<Record<string, unknown>>,
): SynchronousAnswer {
  const { service_tier: tier } = parsed;
  return { statusCode, requestId, body, serviceTier: typeof tier === 'string' ? tier : null };
}

function usedTokens(parsed: unknown): number | null {
  const { inputTokens, outputTokens } = usageOf(parsed);
  return inputTokens + outputTokens > 0 ? inputTokens + outputTokens : null;
}

/** Rejects when the signal aborts, which also ends the SDK's request. */
async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new Error('the call was ended'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([response.text(), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

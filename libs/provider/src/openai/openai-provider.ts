/* Long, because it holds every call of the API and how its failure is handled. */

import { noProxies, proxyFor, type Clock, type Proxies } from '@batchmill/contracts';
import { embeddingCapabilitiesOf } from '@batchmill/models';
import type OpenAI from 'openai';
import { embeddingBody } from '../dialects/openai/index.js';
import {
  Provider,
  type BatchToCreate,
  type Embedded,
  type FileToUpload,
  type ProviderBatch,
  type ProviderTime,
  type StoredFile,
  type TextsToEmbed,
  type UploadedFile,
} from '../provider.js';
import { profileFor } from '../profiles/profile-for.js';
import type { ProviderProfile } from '../profiles/provider-profile.js';
import { RateLimitedError } from '../rates/rate-limited-error.js';
import { NoRateLimiter, type RateLimiter } from '../rates/rate-limiter.js';
import { AccountRefusedError, RefusedError } from '../refused-error.js';
import type { AccountInfo } from '../account-info.js';
import type { EmbeddingsRequest, SynchronousRequest } from '../requests/synchronous-request.js';
import type { EmbeddingsResult, SynchronousResult } from '../results/synchronous-result.js';
import { accountInfoOf, accountOf, withReported } from './account-of.js';
import type { Clients, ClientsOptions } from './clients.js';
import { connectionError, timeoutError, toCallError } from './call-error.js';
import { noteFailure } from './note-failure.js';
import { readBatch, readBatchPage, type BatchPage } from './read-batch.js';
import { readEmbeddings } from './read-embeddings.js';
import { readFile } from './read-file.js';
import { readId } from './read-id.js';
import { readTime } from './read-time.js';
import { sliceTexts } from './slice-texts.js';
import { SynchronousCalls } from './synchronous-calls.js';
import { UploadSource } from './upload-source.js';
import { withRetries, type RetryOptions } from './with-retries.js';

export interface OpenAiProviderOptions {
  readonly apiKey: string;
  /** With the version in its path, as `https://api.openai.com/v1`, which is the default. */
  readonly baseUrl?: string | null;
  /** What distinguishes accounts instead of `baseUrl`, for a server whose URL changes. Default `baseUrl`. */
  readonly address?: string | null;
  readonly organization?: string | null;
  readonly project?: string | null;
  /** Default: the one of the base URL's host. */
  readonly profile?: ProviderProfile;
  /**
   * After how long the provider deletes the result files of a batch. Default, and null: the longest that its profile allows. A
   * provider whose profile has none is not asked: it may not know the field.
   */
  readonly resultsExpireMs?: number | null;
  /** Timeout of one call. Default 600,000. */
  readonly callTimeoutMs?: number;
  /** Default: none. */
  readonly proxies?: Proxies;
  readonly clock: Clock;
  /** Asked before every HTTP call, also one that repeats another. Default: calls go at once. */
  readonly rateLimiter?: RateLimiter;
  /** Attempts after the first one, and the delay before the first of them, which doubles. Default 4 and 500. */
  readonly retries?: { readonly times: number; readonly baseMs: number };
}

/** Statuses after which the call may or may not have been carried out. Every call but create is then repeated. */
const unclear = [408, 409, 429];
/** A create with 429 was not carried out. */
const unclearCreate = [408, 409];
/** A cancel with 409 was for a settled batch. */
const unclearCancel = [408, 429];

/** OpenAI's Files and Batches API, or a compatible server, through the official SDK with its retries off. */
export class OpenAiProvider extends Provider {
  readonly account: string;
  readonly profile: ProviderProfile;
  #accountInfo: AccountInfo;
  /** The `Date` header of the last response. */
  #lastDate: string | null = null;
  readonly #clientsOptions: ClientsOptions;
  #opening: Promise<Clients> | null = null;
  readonly #synchronous: SynchronousCalls;
  readonly #closing = new AbortController();
  readonly #retries: RetryOptions;
  readonly #rateLimiter: RateLimiter;
  readonly #apiKey: string;
  /** Null: not sent. */
  readonly #outputExpiresAfter: { readonly anchor: 'created_at'; readonly seconds: number } | null;
  readonly #clock: Clock;

  constructor(options: OpenAiProviderOptions) {
    super();
    const { apiKey, clock, callTimeoutMs = 600_000, retries = { times: 4, baseMs: 500 } } = options;
    const { organization = null, project = null, proxies = noProxies } = options;
    const baseURL = options.baseUrl ?? 'https://api.openai.com/v1';
    const address = options.address ?? baseURL;
    this.#apiKey = apiKey;
    this.profile = options.profile ?? profileFor(baseURL);
    const resultsExpireMs = options.resultsExpireMs ?? this.profile.resultsExpiry?.toMs ?? null;
    this.#outputExpiresAfter =
      resultsExpireMs === null ? null : { anchor: 'created_at', seconds: Math.floor(resultsExpireMs / 1000) };
    this.#clock = clock;
    this.#rateLimiter = options.rateLimiter ?? new NoRateLimiter();
    this.account = accountOf({ address, organization, project });
    this.#accountInfo = accountInfoOf({ address, apiKey, organization, project });
    const onHeaders = (headers: Headers): void => {
      this.#lastDate = headers.get('date');
      this.#accountInfo = withReported(this.#accountInfo, headers);
    };
    const url = URL.parse(baseURL); // null for a command that makes no call, whose simulator was not started
    const proxy = url === null ? null : proxyFor(url, proxies);
    this.#clientsOptions = { apiKey, baseURL, organization, project, callTimeoutMs, proxy, onHeaders };
    this.#retries = {
      clock,
      retries: retries.times,
      baseMs: retries.baseMs,
      capMs: 30_000,
      signal: this.#closing.signal,
    };
    this.#synchronous = new SynchronousCalls({
      client: async () => (await this.#clients).synchronous,
      account: this.account,
      rateLimiter: this.#rateLimiter,
      clock,
      retries: this.#retries,
      toFailure: (call, error) => this.#toFailure(error, call, { unclear, mayQuoteTexts: true, waitsOut: true }),
    });
  }

  get accountInfo(): AccountInfo {
    return this.#accountInfo;
  }

  async uploadFile(file: FileToUpload): Promise<UploadedFile> {
    const call = `uploadFile ${file.name}`;
    return withRetries(this.#retries, async () => {
      const source = new UploadSource(file);
      const { keptAlive, toStreamingFile } = await this.#clients;
      const upload = toStreamingFile(source, file.name, { type: 'application/jsonl' });
      const uploaded = await this.#once(call, { unclear }, () =>
        keptAlive.files.create({ purpose: 'batch', file: upload }),
      ).catch((error: unknown) => {
        throw source.failure ?? error;
      });
      return readFile(call, uploaded);
    });
  }

  async retrieveFile(fileId: string): Promise<UploadedFile> {
    const call = `retrieveFile ${fileId}`;
    return this.#call(call, async () => readFile(call, await (await this.#client).files.retrieve(fileId)));
  }

  async hasFile(fileId: string): Promise<boolean> {
    try {
      await this.#call(`hasFile ${fileId}`, async () => (await this.#client).files.retrieve(fileId));
      return true;
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return false;
      throw error;
    }
  }

  async deleteFile(fileId: string): Promise<void> {
    try {
      await this.#call(`deleteFile ${fileId}`, async () => (await this.#client).files.delete(fileId));
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 404)) throw error;
    }
  }

  listInputFiles(): AsyncGenerator<StoredFile, void, undefined> {
    return this.#listFiles('listInputFiles', 'batch');
  }

  listResultFiles(): AsyncGenerator<StoredFile, void, undefined> {
    return this.#listFiles('listResultFiles', 'batch_output');
  }

  async *#listFiles(call: string, purpose: 'batch' | 'batch_output'): AsyncGenerator<StoredFile, void, undefined> {
    let after: string | null = null;
    for (;;) {
      const page = await this.#filePage(call, purpose, after);
      for (const file of page.data) {
        // A server that does not know the purpose lists all files.
        const isOther = purpose === 'batch_output' && file.purpose === 'batch';
        if (readId(file.id) !== null && !isOther) yield readFile(call, file);
      }
      const last = page.data.at(-1)?.id;
      if (last === undefined || last === after || !page.hasMore) return;
      after = last;
    }
  }

  async createBatch(batch: BatchToCreate): Promise<ProviderBatch> {
    const call = `createBatch of ${batch.inputFileId}`;
    const leftMs = batch.deadline.getTime() - this.#clock.now().getTime();
    if (leftMs <= 0)
      throw timeoutError(`${call}: its deadline ${batch.deadline.toISOString()} has passed; the call was not sent`);
    const finished = new AbortController();
    const deadline = new AbortController();
    void this.#clock.sleep(leftMs, finished.signal).then(() => deadline.abort());
    try {
      const inTime = { signal: deadline.signal, patienceMs: leftMs };
      const { fresh } = await this.#clients;
      const created = await this.#once(call, { unclear: unclearCreate, ...inTime }, () =>
        fresh.batches.create(
          {
            input_file_id: batch.inputFileId,
            endpoint: batch.endpoint as OpenAI.BatchCreateParams['endpoint'], // the provider rejects unknown ones
            completion_window: batch.completionWindow as '24h', // OpenAI's only one; the SDK knows no other
            metadata: { ...batch.metadata },
            ...(this.#outputExpiresAfter !== null && { output_expires_after: this.#outputExpiresAfter }),
          },
          { signal: deadline.signal },
        ),
      );
      return readBatch(call, created, this.#clock.now(), this.profile.states);
    } catch (error) {
      if (error instanceof RateLimitedError) throw noRoomFor(call, error);
      if (!deadline.signal.aborted) throw error;
      throw timeoutError(
        `${call}: no answer by ${batch.deadline.toISOString()}; the batch may have been created`,
        error,
      );
    } finally {
      finished.abort();
    }
  }

  async retrieveBatch(providerBatchId: string): Promise<ProviderBatch> {
    const call = `retrieveBatch ${providerBatchId}`;
    return this.#call(call, async () =>
      readBatch(
        call,
        await (await this.#client).batches.retrieve(providerBatchId),
        this.#clock.now(),
        this.profile.states,
      ),
    );
  }

  async *listBatches(since: Date): AsyncGenerator<ProviderBatch, void, undefined> {
    const from = Math.floor(since.getTime() / 1000) * 1000;
    let after: string | null = null;
    do {
      const page = await this.#batchPage('listBatches', { limit: 100, after });
      for (const listed of page.batches) {
        // A batch whose time of creation cannot be read does not end the list.
        const created = readTime(listed.created_at);
        if (created !== null && created.getTime() < from) return;
        yield readBatch('listBatches', listed, this.#clock.now(), this.profile.states);
      }
      after = page.nextAfter;
    } while (after !== null);
  }

  async cancelBatch(providerBatchId: string): Promise<ProviderBatch> {
    const call = `cancelBatch ${providerBatchId}`;
    try {
      return await withRetries(this.#retries, async () => {
        const cancel = async () => (await this.#client).batches.cancel(providerBatchId);
        const cancelled = await this.#once(call, { unclear: unclearCancel }, cancel);
        return readBatch(call, cancelled, this.#clock.now(), this.profile.states);
      });
    } catch (error) {
      if (!(error instanceof RefusedError) || (error.status !== 409 && error.status !== 400)) throw error;
      return this.retrieveBatch(providerBatchId);
    }
  }

  async *download(fileId: string): AsyncGenerator<Uint8Array, void, undefined> {
    const call = `download ${fileId}`;
    const response = await this.#call(call, async () => {
      const content = await (await this.#client).files.content(fileId);
      if (!content.headers.get('content-type')?.startsWith('text/html')) return content;
      await content.body?.cancel();
      throw connectionError('provider.unexpected-response', `${call}: the response is a web page, not a file`);
    });
    const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
    let bytes = 0;
    try {
      const body: AsyncIterable<Uint8Array> | null = response.body;
      for await (const chunk of body ?? []) {
        bytes += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      throw connectionError('provider.cut-off', `${call}: the connection broke after ${bytes} bytes`, error);
    }
    if (length === null || bytes === Number(length)) return;
    throw connectionError('provider.cut-off', `${call}: the content ended after ${bytes} of ${length} bytes`);
  }

  async embed(request: TextsToEmbed): Promise<Embedded> {
    const { model, dimensions, texts, body = {} } = request;
    const { takesDimensions = embeddingCapabilitiesOf(model).takesDimensions } = request;
    const call = `embed by ${model}`;
    const vectors: Float32Array[] = [];
    let inputTokens = 0;
    for (const input of sliceTexts(texts)) {
      const settings = { model, dimensions, takesDimensions, body };
      const send = async () => (await this.#client).embeddings.create(embeddingBody(settings, input));
      const governed = { model, tokens: estimateTokens(input) };
      const response = await withRetries(this.#retries, () =>
        this.#once(call, { unclear, mayQuoteTexts: true, governed }, send),
      );
      vectors.push(...readEmbeddings(call, response, { texts: input.length, dimensions }));
      inputTokens += (response as Partial<typeof response>).usage?.prompt_tokens ?? 0; // compatible servers may leave it out
    }
    return { vectors, inputTokens };
  }

  answer(request: SynchronousRequest): Promise<SynchronousResult> {
    return this.#synchronous.answer(request);
  }

  answerEmbeddings(request: EmbeddingsRequest): Promise<EmbeddingsResult> {
    return this.#synchronous.answerEmbeddings(request);
  }

  async check(): Promise<void> {
    await this.#batchPage('check', { limit: 1, after: null });
  }

  async readTime(): Promise<ProviderTime> {
    let sentAt = this.#clock.now();
    const call = 'readTime';
    const page = async () => {
      const client = await this.#client;
      sentAt = this.#clock.now();
      return client.get('/batches', { query: { limit: 1 } });
    };
    readBatchPage(call, await this.#call(call, page), null);
    const theirs = new Date(this.#lastDate ?? Number.NaN);
    return { theirs: Number.isNaN(theirs.getTime()) ? null : theirs, sentAt, answeredAt: this.#clock.now() };
  }

  /** Not through the SDK's list method, which reads a response that is not a list as an empty one. */
  async listModels(): Promise<readonly string[] | null> {
    if (!this.profile.listsModels) return null;
    try {
      return idsIn(await this.#call('listModels', async () => (await this.#client).get('/models')));
    } catch (error) {
      if (error instanceof RefusedError && hasNoSuchCall.includes(error.status)) return null;
      throw error;
    }
  }

  async hasModel(model: string): Promise<boolean> {
    try {
      await this.#call(`hasModel ${model}`, async () => (await this.#client).models.retrieve(model));
      return true;
    } catch (error) {
      if (error instanceof RefusedError && error.status === 404) return false;
      if (error instanceof AccountRefusedError && error.refusal.reason === 'model') return false;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await (await this.#opening?.catch(() => null))?.close();
  }

  get #clients(): Promise<Clients> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = null; // the next call tries it again
      throw error;
    });
    return this.#opening;
  }

  get #client(): Promise<OpenAI> {
    return this.#clients.then(({ keptAlive }) => keptAlive);
  }

  async #open(): Promise<Clients> {
    const { openClients } = await import('./clients.js');
    const clients = openClients(this.#clientsOptions);
    if (this.#closing.signal.aborted) await clients.close();
    return clients;
  }

  async #filePage(
    call: string,
    purpose: string,
    after: string | null,
  ): Promise<{ data: OpenAI.FileObject[]; hasMore: boolean }> {
    const query = { purpose, limit: 1000, order: 'desc', ...(after === null ? {} : { after }) } as const;
    return this.#call(call, async () => {
      const page = await (await this.#client).files.list(query);
      if (!Array.isArray(page.data))
        throw connectionError('provider.unexpected-response', `${call}: the response is not a list`);
      return { data: page.data, hasMore: page.has_more };
    });
  }

  /** Not through the SDK's list method, which reads a response that is not a list as an empty one. */
  #batchPage(call: string, { limit, after }: { limit: number; after: string | null }): Promise<BatchPage> {
    const { batchPaging } = this.profile;
    const query = after === null ? { limit } : { limit, [batchPaging]: after };
    const read = async () =>
      readBatchPage(call, await (await this.#client).get('/batches', { query }), after, batchPaging);
    return this.#call(call, read);
  }

  /** Repeats the call while the provider is unavailable. */
  #call<T>(call: string, send: () => PromiseLike<T>): Promise<T> {
    return withRetries(this.#retries, () => this.#once(call, { unclear, waitsOut: true }, send));
  }

  async #once<T>(
    name: string,
    { governed = ofBatches, signal = this.#closing.signal, patienceMs = usualPatienceMs, ...failing }: OnceOptions,
    send: () => PromiseLike<T>,
  ): Promise<T> {
    const call = { name, account: this.account, ...governed };
    await this.#rateLimiter.take(call, { signal: AbortSignal.any([signal, this.#closing.signal]), patienceMs });
    try {
      return await send();
    } catch (error) {
      const failure = this.#toFailure(error, name, failing);
      await noteFailure(this.#rateLimiter, call, { error, failure, now: this.#clock.now() });
      throw failure;
    }
  }

  #toFailure(error: unknown, call: string, failing: Failing): Error {
    const { unclear: unclearStatuses, mayQuoteTexts = false, waitsOut = false } = failing;
    const now = this.#clock.now();
    const { proxy } = this.#clientsOptions;
    return toCallError(error, { call, apiKey: this.#apiKey, proxy, unclearStatuses, waitsOut, now, mayQuoteTexts });
  }
}

interface Failing {
  readonly unclear: readonly number[];
  readonly mayQuoteTexts?: boolean;
  readonly waitsOut?: boolean;
}

interface OnceOptions extends Failing {
  /** What it takes of the rate limit. Default: a request of the account. */
  readonly governed?: { readonly model: string | null; readonly tokens: number };
  /** Ends its wait for the rate limit. */
  readonly signal?: AbortSignal;
  readonly patienceMs?: number;
}

const ofBatches = { model: null, tokens: 0 };

/** Longer waits fail the call, as do longer delays that the provider asks for: see `withRetries`. */
const usualPatienceMs = 5_000;

/** Nothing was created, so the batch is free to be sent again. */
function noRoomFor(call: string, { message, retryAfterMs }: RateLimitedError): RefusedError {
  const refusal = { about: 'moment' } as const;
  return new RefusedError(call, { status: 429, providerCode: null, message, refusal, retryAfterMs });
}

/** About four bytes a token, as OpenAI estimates it too: https://platform.openai.com/docs/guides/rate-limits. */
function estimateTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.ceil(Buffer.byteLength(text) / 4), 0);
}

/** Not found, not allowed, gone, not implemented: a compatible server without that call. */
const hasNoSuchCall: readonly number[] = [404, 405, 410, 501];

/**
 * Null for a response that is not a list of models, and for Azure's list: it has the base models, whereas requests name deployments
 * (https://learn.microsoft.com/azure/ai-services/openai/reference, "Models - List").
 */
function idsIn(listed: unknown): string[] | null {
  const data: unknown = typeof listed === 'object' && listed !== null && 'data' in listed ? listed.data : null;
  if (!Array.isArray(data)) return null;
  if (data.some((model: unknown) => typeof model === 'object' && model !== null && 'lifecycle_status' in model))
    return null;
  return data.flatMap((model: unknown) => {
    const id: unknown = typeof model === 'object' && model !== null && 'id' in model ? model.id : null;
    return typeof id === 'string' ? [id] : [];
  });
}

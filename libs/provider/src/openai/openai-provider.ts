import type { Clock } from '@batchmill/contracts';
import OpenAI, { toStreamingFile } from 'openai';
import {
  Provider,
  type BatchToCreate,
  type Embedded,
  type FileToUpload,
  type ProviderBatch,
  type UploadedFile,
} from '../provider.js';
import { RefusedError } from '../refused-error.js';
import { accountOf } from './account-of.js';
import { Connections } from './connections.js';
import { connectionError, errorOfCall, timeoutError } from './errors-of-calls.js';
import { readBatch } from './read-batch.js';
import { readEmbeddings } from './read-embeddings.js';
import { retry, type RetryOptions } from './retry.js';
import { slicesOfTexts } from './slices-of-texts.js';
import { WatchedSource } from './watched-source.js';

export interface OpenAiProviderOptions {
  readonly apiKey: string;
  /** With the version in its path, as `https://api.openai.com/v1`, which is the default. */
  readonly baseUrl?: string | null;
  readonly organization?: string | null;
  readonly project?: string | null;
  /** The longest that one call may take. Default 600,000. */
  readonly callTimeoutMs?: number;
  readonly clock: Clock;
  /** Tries after the first one, and the delay before the first of them; it doubles. Default 4 and 500. */
  readonly retries?: { readonly times: number; readonly baseMs: number };
}

/** Statuses after which one knows nothing. All but create are called again. */
const unclear = [408, 409, 429];
/** Of a create, 429 is a definite no. */
const unclearCreate = [408, 409];
/** Of a cancel, 409 is the answer for a batch that is settled. */
const unclearCancel = [408, 429];

/** OpenAI's Files and Batches API, or any server that is compatible with it, by the official SDK with its retries off. */
export class OpenAiProvider extends Provider {
  readonly account: string;
  readonly #client: OpenAI;
  readonly #freshClient: OpenAI;
  readonly #connections: Connections;
  readonly #closing = new AbortController();
  readonly #retries: RetryOptions;
  readonly #apiKey: string;
  readonly #clock: Clock;

  constructor(options: OpenAiProviderOptions) {
    super();
    const { apiKey, clock, callTimeoutMs = 600_000, retries = { times: 4, baseMs: 500 } } = options;
    const { organization = null, project = null } = options;
    const baseURL = options.baseUrl ?? 'https://api.openai.com/v1';
    this.#apiKey = apiKey;
    this.#clock = clock;
    this.account = accountOf({ baseUrl: baseURL, apiKey, organization, project });
    this.#connections = new Connections(callTimeoutMs);
    this.#retries = {
      clock,
      retries: retries.times,
      baseMs: retries.baseMs,
      capMs: 30_000,
      signal: this.#closing.signal,
    };
    // All is said, so that the SDK reads nothing from the environment; it logs nothing, for it would log contents.
    const said = { apiKey, adminAPIKey: null, baseURL, organization, project, webhookSecret: null };
    const quiet = { maxRetries: 0, timeout: callTimeoutMs, logLevel: 'off' } as const;
    this.#client = new OpenAI({ ...said, ...quiet, ...this.#connections.kept });
    this.#freshClient = new OpenAI({ ...said, ...quiet, ...this.#connections.fresh });
  }

  async uploadFile(file: FileToUpload): Promise<UploadedFile> {
    const call = `uploadFile ${file.name}`;
    return retry(this.#retries, async () => {
      const source = new WatchedSource(file.open());
      const upload = toStreamingFile(source, file.name, { type: 'application/jsonl' });
      const uploaded = await this.#once(call, unclear, () =>
        this.#client.files.create({ purpose: 'batch', file: upload }),
      ).catch((error: unknown) => {
        throw source.failure ?? error;
      });
      if (typeof (uploaded as Partial<typeof uploaded> | null)?.id !== 'string') {
        throw connectionError('provider.odd-answer', `${call}: the answer is not a file`);
      }
      return { id: uploaded.id, createdAt: new Date(uploaded.created_at * 1000) };
    });
  }

  async deleteFile(fileId: string): Promise<void> {
    try {
      await this.#calls(`deleteFile ${fileId}`, () => this.#client.files.delete(fileId));
    } catch (error) {
      if (!(error instanceof RefusedError && error.status === 404)) throw error;
    }
  }

  async createBatch(batch: BatchToCreate): Promise<ProviderBatch> {
    const call = `createBatch of ${batch.inputFileId}`;
    const leftMs = batch.deadline.getTime() - this.#clock.now().getTime();
    if (leftMs <= 0)
      throw timeoutError(`${call}: its deadline ${batch.deadline.toISOString()} has passed; it was not sent`);
    const over = new AbortController();
    const late = new AbortController();
    void this.#clock.sleep(leftMs, over.signal).then(() => late.abort());
    try {
      const created = await this.#once(call, unclearCreate, () =>
        this.#freshClient.batches.create(
          {
            input_file_id: batch.inputFileId,
            endpoint: batch.endpoint as OpenAI.BatchCreateParams['endpoint'], // the provider says which it takes
            completion_window: batch.completionWindow,
            metadata: { ...batch.metadata },
          },
          { signal: late.signal },
        ),
      );
      return readBatch(call, created);
    } catch (error) {
      if (!late.signal.aborted) throw error;
      throw timeoutError(`${call}: no answer by ${batch.deadline.toISOString()}; it may have been created`, error);
    } finally {
      over.abort();
    }
  }

  async retrieveBatch(providerBatchId: string): Promise<ProviderBatch> {
    const call = `retrieveBatch ${providerBatchId}`;
    return readBatch(call, await this.#calls(call, () => this.#client.batches.retrieve(providerBatchId)));
  }

  async *listBatches(since: Date): AsyncGenerator<ProviderBatch, void, undefined> {
    const sinceSecond = Math.floor(since.getTime() / 1000);
    let query: OpenAI.BatchListParams = { limit: 100 };
    for (;;) {
      const page = await this.#listPage(query);
      for (const batch of page.data) {
        if (batch.created_at < sinceSecond) return;
        yield readBatch('listBatches', batch);
      }
      const last = page.data.at(-1);
      if (last === undefined || !page.has_more) return;
      query = { limit: 100, after: last.id };
    }
  }

  async cancelBatch(providerBatchId: string): Promise<ProviderBatch> {
    const call = `cancelBatch ${providerBatchId}`;
    try {
      return await retry(this.#retries, async () => {
        const cancelled = await this.#once(call, unclearCancel, () => this.#client.batches.cancel(providerBatchId));
        return readBatch(call, cancelled);
      });
    } catch (error) {
      if (!(error instanceof RefusedError) || (error.status !== 409 && error.status !== 400)) throw error;
      const found = await this.retrieveBatch(providerBatchId);
      if (found.endedAt !== null || isSettled(found) || found.state === 'cancelling') return found;
      throw error;
    }
  }

  async *download(fileId: string): AsyncGenerator<Uint8Array, void, undefined> {
    const call = `download ${fileId}`;
    const response = await this.#calls(call, () => this.#client.files.content(fileId));
    const length = response.headers.has('content-encoding') ? null : response.headers.get('content-length');
    let bytes = 0;
    try {
      const body: AsyncIterable<Uint8Array> | null = response.body;
      for await (const chunk of body ?? []) {
        bytes += chunk.byteLength;
        yield chunk;
      }
    } catch (error) {
      throw connectionError('provider.cut-off', `${call}: the content broke off after ${bytes} bytes`, error);
    }
    if (length === null || bytes === Number(length)) return;
    throw connectionError('provider.cut-off', `${call}: the content ended after ${bytes} of ${length} bytes`);
  }

  async embed(asked: { model: string; dimensions: number; texts: readonly string[] }): Promise<Embedded> {
    const { model, dimensions, texts } = asked;
    const call = `embed by ${model}`;
    const vectors: Float32Array[] = [];
    let inputTokens = 0;
    for (const input of slicesOfTexts(texts)) {
      const answer = await this.#calls(call, () =>
        this.#client.embeddings.create({
          model,
          input,
          encoding_format: 'base64',
          ...(model.startsWith('text-embedding-3') ? { dimensions } : {}), // the only ones that know it
        }),
      );
      vectors.push(...readEmbeddings(call, answer, { texts: input.length, dimensions }));
      inputTokens += answer.usage.prompt_tokens;
    }
    return { vectors, inputTokens };
  }

  async check(): Promise<void> {
    await this.#calls('check', () => this.#client.batches.list({ limit: 1 }));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#connections.close();
  }

  #listPage(query: OpenAI.BatchListParams): Promise<OpenAI.BatchesPage> {
    return this.#calls('listBatches', () => this.#client.batches.list(query));
  }

  /** Again and again while the provider is away. */
  #calls<T>(call: string, send: () => PromiseLike<T>): Promise<T> {
    return retry(this.#retries, () => this.#once(call, unclear, send));
  }

  async #once<T>(call: string, unclearStatuses: readonly number[], send: () => PromiseLike<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw errorOfCall(error, { call, apiKey: this.#apiKey, unclearStatuses, now: this.#clock.now() });
    }
  }
}

function isSettled({ state }: ProviderBatch): boolean {
  return ['completed', 'failed', 'expired', 'cancelled'].includes(state);
}

import { setTimeout as wait } from 'node:timers/promises';

export type Json = Readonly<Record<string, unknown>>;

/** The parts of an answer that tests read. */
export interface BatchView {
  readonly id: string;
  readonly status: string;
  readonly model: string | null;
  readonly output_file_id: string | null;
  readonly error_file_id: string | null;
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly errors: {
    readonly data: readonly { code: string; message: string; param: string | null; line: number | null }[];
  } | null;
  readonly usage: {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly total_tokens: number;
  } | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly created_at: number;
  readonly in_progress_at: number | null;
  readonly finalizing_at: number | null;
  readonly completed_at: number | null;
  readonly failed_at: number | null;
  readonly expires_at: number;
  readonly expired_at: number | null;
  readonly cancelling_at: number | null;
  readonly cancelled_at: number | null;
}

export interface ResultLine {
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly request_id: string; readonly body: Json } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface LedgerView {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  readonly nanoUsd: number;
  readonly twice: readonly { readonly customId: string; readonly times: number; readonly batches: readonly string[] }[];
  readonly batches: readonly {
    readonly id: string;
    readonly status: string;
    readonly requests: number;
    readonly billed: number;
  }[];
  readonly files: readonly { readonly id: string; readonly purpose: string }[];
  readonly synchronous: { readonly requests: number; readonly usd: number; readonly nanoUsd: number };
}

const timeoutMs = 20_000;

/** Talks to a simulator over HTTP, as a user's program would. */
export class TestClient {
  readonly url: string;
  readonly #key: string;

  constructor(url: string, key = 'sk-test') {
    this.url = url;
    this.#key = key;
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, {
      ...init,
      headers: { authorization: `Bearer ${this.#key}`, ...(init.headers as Record<string, string> | undefined) },
    });
  }

  async get<Answer = Json>(path: string): Promise<Answer> {
    return (await (await this.fetch(path)).json()) as Answer; // the test says what it asked for
  }

  send(method: string, path: string, body: unknown): Promise<Response> {
    return this.fetch(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  }

  async post<Answer = Json>(path: string, body: unknown): Promise<Answer> {
    return (await (await this.send('POST', path, body)).json()) as Answer;
  }

  /** Status and error of a call that is refused. */
  async refusal(answer: Promise<Response>): Promise<Json & { status: number; code: string | null; message: string }> {
    const response = await answer;
    const { error } = (await response.json()) as { error: Json & { code: string | null; message: string } };
    return { status: response.status, ...error };
  }

  uploadRaw(content: string, fields: Readonly<Record<string, string>> = { purpose: 'batch' }): Promise<Response> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('file', new Blob([content]), 'requests.jsonl');
    return this.fetch('/v1/files', { method: 'POST', body: form });
  }

  /** The new file's id. */
  async upload(requests: readonly unknown[]): Promise<string> {
    const response = await this.uploadRaw(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
    return ((await response.json()) as { id: string }).id;
  }

  createRaw(inputFileId: string, endpoint = '/v1/embeddings', more: Json = {}): Promise<Response> {
    const body = { input_file_id: inputFileId, endpoint, completion_window: '24h', ...more };
    return this.send('POST', '/v1/batches', body);
  }

  async create(requests: readonly unknown[], endpoint?: string, more?: Json): Promise<BatchView> {
    return (await (await this.createRaw(await this.upload(requests), endpoint, more)).json()) as BatchView;
  }

  batch(id: string): Promise<BatchView> {
    return this.get<BatchView>(`/v1/batches/${id}`);
  }

  /** Polls until the batch is in one of these states. */
  async reached(id: string, ...states: readonly string[]): Promise<BatchView> {
    return until(
      async () => {
        const batch = await this.batch(id);
        return states.includes(batch.status) ? batch : undefined;
      },
      `batch ${id} to be ${states.join(' or ')}`,
    );
  }

  settled(id: string): Promise<BatchView> {
    return this.reached(id, 'completed', 'failed', 'expired', 'cancelled');
  }

  async run(requests: readonly unknown[], endpoint?: string, more?: Json): Promise<BatchView> {
    return this.settled((await this.create(requests, endpoint, more)).id);
  }

  async content(fileId: string): Promise<string> {
    return (await this.fetch(`/v1/files/${fileId}/content`)).text();
  }

  /** The lines of a result file; none when there is no file. */
  async results(fileId: string | null): Promise<ResultLine[]> {
    if (fileId === null) return [];
    const lines = (await this.content(fileId)).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as ResultLine);
  }

  faults(rules: readonly unknown[]): Promise<Response> {
    return this.send('PUT', '/admin/faults', rules);
  }

  async advance(advanceSeconds: number): Promise<void> {
    await this.send('POST', '/admin/clock', { advanceSeconds });
  }

  ledger(): Promise<LedgerView> {
    return this.get<LedgerView>('/admin/ledger');
  }
}

/** Polls until there is a result. Fails when it takes too long. */
export async function until<Found>(look: () => Promise<Found | undefined>, what: string): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(5);
  }
  throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
}

import { metadataOf, type ProviderBatchMark } from '@batchmill/batch-submitter';
import { SystemClock } from '@batchmill/contracts';
import { isSettled, type ProviderBatch } from '@batchmill/provider';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { startSimulator, type FaultRule, type Simulator, type SimulatorOptions } from '@batchmill/simulator';
import { eventually } from '@batchmill/testing';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface PlantedBatch {
  /** Missing: a batch of another program. */
  readonly mark?: Pick<ProviderBatchMark, 'batchId' | 'installation' | 'key'>;
  /** Default: embeddings. */
  readonly url?: '/v1/embeddings' | '/v1/chat/completions';
  /** Default 2. */
  readonly requests?: number;
  readonly fileName?: string;
}

const clock = new SystemClock();

/** An account at a simulated provider, in which other programs have batches and files too. */
export class ProviderAccount {
  readonly provider: OpenAiProvider;

  private constructor(
    private readonly simulator: Simulator,
    private readonly dataDir: string,
  ) {
    this.provider = new OpenAiProvider({ ...{ apiKey: 'sk-test', baseUrl: `${simulator.url}/v1` }, clock });
  }

  /** A thousand simulated seconds pass in a second, unless the options say otherwise. */
  static async open(folder: string, options: Partial<SimulatorOptions> = {}): Promise<ProviderAccount> {
    const dataDir = join(folder, 'provider');
    const simulator = await startSimulator({ dataDir, speed: 1_000, cancellingSeconds: 1, ...options });
    return new ProviderAccount(simulator, dataDir);
  }

  /** The settings of a command that uses this account. */
  get settings(): Readonly<Record<string, string>> {
    return { OPENAI_BASE_URL: `${this.simulator.url}/v1`, OPENAI_API_KEY: 'sk-test', BATCHMILL_FIRST_POLL_MS: '20' };
  }

  async uploadFile(name: string, lines: readonly unknown[] = [requestLine('/v1/embeddings', 0)]): Promise<string> {
    const content = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    async function* open(): AsyncGenerator<Uint8Array> {
      yield content;
    }
    return (await this.provider.uploadFile({ name, bytes: content.length, open })).id;
  }

  async createBatch({ mark, url = '/v1/embeddings', requests = 2, fileName = 'other.jsonl' }: PlantedBatch = {}) {
    const lines = Array.from({ length: requests }, (_, index) => requestLine(url, index));
    return this.provider.createBatch({
      inputFileId: await this.uploadFile(fileName, lines),
      endpoint: url,
      completionWindow: '24h',
      metadata: mark === undefined ? {} : metadataOf({ ...mark, traceparent: null }),
      deadline: new Date(clock.now().getTime() + 10_000),
    });
  }

  /** Resolves with the batch when it has ended. */
  async endOf({ id }: Pick<ProviderBatch, 'id'>): Promise<ProviderBatch> {
    return eventually(`the end of ${id}`, async () => {
      const found = await this.provider.retrieveBatch(id);
      return isSettled(found) && found;
    });
  }

  async injectFaults(...rules: readonly FaultRule[]): Promise<void> {
    await this.#admin('PUT', '/admin/faults', rules);
  }

  /** Lets simulated time pass. */
  async advance(advanceSeconds: number): Promise<void> {
    await this.#admin('POST', '/admin/clock', { advanceSeconds });
  }

  /** What was billed, in US dollars. */
  async billedUsd(): Promise<number> {
    return ((await this.#admin('GET', '/admin/ledger')) as { usd: number }).usd;
  }

  /** Also deletes what the account has. */
  async close(): Promise<void> {
    await this.provider.close();
    await this.simulator.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  async #admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const sent =
      body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(this.simulator.url + path, { method, ...sent });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

function requestLine(url: string, index: number): unknown {
  const text = `text ${index}`;
  const body =
    url === '/v1/embeddings'
      ? { model: 'text-embedding-3-small', input: text }
      : { model: 'gpt-4o-mini', messages: [{ role: 'user', content: text }] };
  return { custom_id: `request_${index}`, method: 'POST', url, body };
}

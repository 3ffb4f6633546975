import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RefusedError, type SynchronousRequest } from '@batchmill/provider';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { SharedRateLimiter, type Amounts } from '@batchmill/records';
import { startSimulator, type LedgerReport, type Limits, type Simulator } from '@batchmill/simulator';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { MemoryLog } from '@batchmill/telemetry';
import { PlayedClock } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const model = 'gpt-4o-mini';

/** Two processes of one installation on a simulator with limits, by one clock. */
describe('the rate limit that processes share', () => {
  let folder: string;
  let clock: PlayedClock;
  let startMs: number;
  let simulator: Simulator;
  let store: EmbeddedStore;
  let closing: (() => Promise<void>)[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-rates-'));
    clock = new PlayedClock();
    startMs = clock.now().getTime();
    store = EmbeddedStore.open({ file: join(folder, 'state.db') });
    closing = [() => store.close()];
  });
  afterEach(async () => {
    for (const close of closing.toReversed()) await close();
    await rm(folder, { recursive: true, force: true });
  });

  async function simulate(limits: Partial<Limits> = {}): Promise<void> {
    simulator = await startSimulator({ dataDir: join(folder, 'simulator'), speed: 0, limits });
    closing.push(() => simulator.close());
    // Counts the calls, also those that are refused.
    await admin('PUT', 'faults', [
      { on: 'synchronous', what: 'delay', value: 0, times: 0 },
      { on: 'batches.list', what: 'delay', value: 0, times: 0 },
    ]);
  }

  function process(owner: string, perMinute: Partial<Amounts> = {}): OpenAiProvider {
    const limits = { requests: 3_000, tokens: 1_000_000, ...perMinute };
    const rateLimiter = new SharedRateLimiter({ store, clock, log: new MemoryLog(), owner, perMinute: limits });
    const baseUrl = `${simulator.url}/v1`;
    const provider = new OpenAiProvider({
      apiKey: 'sk-test',
      baseUrl,
      clock,
      rateLimiter,
      retries: { times: 4, baseMs: 500 },
    });
    closing.push(() => provider.close());
    return provider;
  }

  async function admin(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { headers, body: JSON.stringify(body) };
    const response = await fetch(`${simulator.url}/admin/${path}`, { method, ...sent });
    expect(response.status).toBe(200);
    return response.json();
  }

  /** Lets both clocks run until the work is done. */
  function play(...workers: Promise<unknown>[]): Promise<void> {
    return clock.play(workers, async (ms) => {
      await admin('POST', 'clock', { advanceSeconds: ms / 1_000 });
    });
  }

  async function callsSent(): Promise<number> {
    const rules = (await admin('GET', 'faults')) as { met: number }[];
    return rules.reduce((sum, { met }) => sum + met, 0);
  }

  async function ledger(): Promise<LedgerReport> {
    return (await admin('GET', 'ledger')) as LedgerReport;
  }

  async function answered(): Promise<number> {
    return (await ledger()).synchronous.requests;
  }

  const passedMs = (): number => clock.now().getTime() - startMs;

  function request(maxTokens = 10): SynchronousRequest {
    const messages = [{ role: 'user', content: 'Cats purr. What do cats do?' }];
    const deadline = new Date(clock.now().getTime() + 3_600_000);
    const body = { model, messages, max_tokens: maxTokens };
    return { url: '/v1/chat/completions', body, tokens: maxTokens + 20, deadline };
  }

  async function send(provider: OpenAiProvider, times: number, sentMs: number[] = [], maxTokens?: number) {
    for (let sent = 0; sent < times; sent += 1) {
      expect(await provider.answer(request(maxTokens))).toMatchObject({
        kind: 'answered',
        answer: { statusCode: 200 },
      });
      sentMs.push(passedMs());
    }
  }

  it('X4: two processes together send no more than the rate, and the provider refuses nothing', async () => {
    await simulate({ requestsPerMinute: 120 });
    const sentMs: number[] = [];
    const processes = ['a', 'b'].map((owner) => process(owner, { requests: 120 }));

    await play(...processes.map((provider) => send(provider, 120, sentMs)));

    expect(await callsSent()).toBe(240);
    expect(await answered()).toBe(240);
    for (const from of sentMs) {
      expect(sentMs.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(120);
    }
    expect(passedMs()).toBeLessThan(125_000);
  });

  it('X4: two processes together send no more tokens than the rate', async () => {
    await simulate({ tokensPerMinute: 10_000 });
    const processes = ['a', 'b'].map((owner) => process(owner, { tokens: 10_000 }));

    await play(...processes.map((provider, index) => send(provider, 15, [], index === 0 ? 200 : 1_000)));

    expect(await callsSent()).toBe(30);
    expect(passedMs()).toBeGreaterThan(60_000);
    expect(passedMs()).toBeLessThan(130_000);
  });

  it('X4: Retry-After stops every process', async () => {
    await simulate({ requestsPerMinute: 3 });
    const [a, b] = [process('a'), process('b')];
    const sentMs: number[] = [];
    await b.answer({ ...request(), body: { ...request().body, model: 'gpt-4o' } }); // another model has room
    await send(a, 3);

    // The fourth is refused and waits for 20 seconds. In the meantime, and after it, nobody else is refused.
    await play(send(a, 1, sentMs), send(b, 1, sentMs));

    expect(await callsSent()).toBe(1 + 3 + 1 + 2);
    expect(Math.min(...sentMs)).toBeGreaterThanOrEqual(20_000);
    expect(await answered()).toBe(6);
  });

  it('X4: rate-limit headers lower the bucket', async () => {
    await simulate({ requestsPerMinute: 60 });
    const [a, b] = [process('a'), process('b')];
    await send(a, 1);

    await play(send(a, 60), send(b, 60));

    expect((await callsSent()) - (await answered())).toBe(0);
    expect(passedMs()).toBeGreaterThan(60_000);
  });

  it('X4: calls of Files and Batches take requests too, each page and each repeated call', async () => {
    await simulate();
    const provider = process('a', { requests: 60 });
    await admin('PUT', 'faults', [{ on: 'batches.list', what: 'status', value: 502, times: 3 }]);

    await play(
      (async () => {
        for (let sent = 0; sent < 30; sent += 1) await provider.check();
      })(),
    );

    // 33 calls, of which the first and one second's worth go at once.
    expect(passedMs()).toBeGreaterThanOrEqual(31_000);
  });

  it('X4: a batch whose turn comes after its deadline is not created, and is free to be sent again', async () => {
    await simulate();
    const provider = process('a', { requests: 2 });
    const bytes = Buffer.from(
      `${JSON.stringify({ custom_id: 'd', method: 'POST', url: '/v1/embeddings', body: { model: 'text-embedding-3-small', input: 'x' } })}\n`,
    );
    const { id } = await provider.uploadFile({
      name: 'b.jsonl',
      bytes: bytes.length,
      async *open() {
        yield bytes;
      },
    });
    const create = (withinMs: number) =>
      provider.createBatch({
        inputFileId: id,
        endpoint: '/v1/embeddings',
        completionWindow: '24h',
        metadata: {},
        deadline: new Date(clock.now().getTime() + withinMs),
      });

    const failure = await create(10_000).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RefusedError);
    expect(failure).toMatchObject({ refusal: { about: 'moment' }, retryAfterMs: expect.any(Number) });
    expect((await ledger()).batches).toEqual([]);

    await play(create(2_700_000));

    expect((await ledger()).batches).toHaveLength(1);
    expect(passedMs()).toBeGreaterThan(30_000);
  });
});

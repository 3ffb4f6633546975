import { stages } from '@batchmill/all-in-one';
import { FolderBlobs } from '@batchmill/blobs/folder';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { RandomIds, type Clock } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { definePipeline } from '@batchmill/pipeline';
import type { ProviderBatch } from '@batchmill/provider';
import { OpenAiProvider, type OpenAiProviderOptions } from '@batchmill/provider/openai';
import { SharedRateLimiter, endedRunStates, type Run } from '@batchmill/records';
import { assembleEngine, publishEvent, runStages, type Engine } from '@batchmill/service';
import { startSimulator, type LedgerReport, type SimulatorOptions } from '@batchmill/simulator';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { MemoryLog } from '@batchmill/telemetry';
import { FastClock, KnownPipelines, testEngineSettings, testWorkSettings } from '@batchmill/testing';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chunks } from './chunks.ts';
import { machineLine } from './report.ts';
import { table } from './table.ts';

/*
 * How well the engine schedules: many documents under a small queue, and a deadline that the provider's batches would miss. Both run
 * in one process, with the clocks of the engine and of the simulator faster than the machine's.
 */

const minuteMs = 60_000;
const model = 'text-embedding-3-small';
const queueTokens = 3_000_000;
const perMinute = { requests: 3_000, tokens: 1_000_000 };

interface Scenario {
  readonly documents: number;
  readonly words: number;
  readonly batchSize: number;
  readonly speed: number;
  readonly simulator: Partial<SimulatorOptions>;
  readonly deadline?: string;
}

interface Played {
  readonly run: Run;
  readonly tookMs: number;
  readonly ledger: LedgerReport;
  readonly batches: readonly { readonly createdAt: Date; readonly endedAt: Date; readonly tokens: number }[];
  /** Provider batches that failed because the queue was full, and were sent after the engine had learned from the first of them. */
  readonly refusedAfterTheFirst: number;
  readonly announcedNanoUsd: number;
}

async function play({ documents, words, batchSize, speed, simulator, deadline }: Scenario): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-schedule-'));
  const clock = new FastClock(speed);
  const ids = new RandomIds();
  const log = new MemoryLog();
  const provider = await startSimulator({ dataDir: join(folder, 'simulator'), speed, ...simulator });
  const store = EmbeddedStore.open({ file: join(folder, 'state.db') });
  const rateLimiter = new SharedRateLimiter({ store, clock, log, owner: 'bench', perMinute });
  const ports = {
    bus: EmbeddedBus.open({ file: join(folder, 'bus.db'), clock, pollMs: 20 * speed, redeliveryPauseMs: 20 * speed }),
    store,
    documentStore: store,
    blobs: await FolderBlobs.open({ folder: join(folder, 'blobs'), ids }),
    vectors: EmbeddedVectors.open({ file: join(folder, 'vectors.db') }),
    provider: new TimedProvider({
      apiKey: 'sk-bench',
      baseUrl: `${provider.url}/v1`,
      clock,
      rateLimiter,
      callTimeoutMs: minuteMs,
    }),
  };
  const pipeline = definePipeline({
    name: 'chunks',
    source: { collection: 'chunks', queryTemplate: {}, parentIdField: 'book' },
    embeddings: {
      model,
      dimensions: 16,
      text: 'text',
      status: { field: 'embedding_status' },
      vectors: { collection: 'chunks' },
    },
    batch: { batchSize, pollIntervalSeconds: 30 },
  });
  const engine = assembleEngine(
    ports,
    {
      pipelines: new KnownPipelines([pipeline]),
      engineSettings: { ...testEngineSettings, perMinute, firstPollMs: 10_000, retryBaseMs: 5_000, armMs: 30_000 },
      work: { ...testWorkSettings, leaseMs: 10 * minuteMs, pollMs: 1_000 * speed * 0.05, backoffMs: 5_000 },
      clock,
      ids,
      log,
    },
    '/bench',
  );
  for (const records of engine.hostDependencies.records) await records.prepare();
  const all = chunks(0, documents).map((chunk) => ({
    ...chunk,
    text: chunk.text.split(' ').slice(0, words).join(' '),
  }));
  for (let at = 0; at < all.length; at += 5_000) await store.collection('chunks').insertMany(all.slice(at, at + 5_000));
  const running = await runStages(engine, stages);
  try {
    const start = clock.now().getTime();
    const request = { runId: 'run', pipeline: 'chunks', ...(deadline !== undefined && { deadline }) };
    await publishEvent(engine, new RunRequested(request));
    let lessonAt = Infinity;
    const run = await endOf(engine, async () => {
      if (lessonAt !== Infinity) return;
      const { tokens } = await engine.budgets.limitsOf(ports.provider.account, model);
      if (tokens !== null) lessonAt = clock.now().getTime();
    });
    const tookMs = clock.now().getTime() - start;
    const records = await Array.fromAsync(engine.batches.ofRun('run'));
    const response = await fetch(`${provider.url}/admin/ledger`);
    const ledger = (await response.json()) as LedgerReport;
    const failed = await Array.fromAsync(ports.provider.listBatches(new Date(0)));
    const refused = failed
      .filter(({ state }) => state === 'failed')
      .map(({ id }) => ports.provider.sentAt.get(id)?.getTime() ?? 0);
    return {
      run,
      tookMs,
      ledger,
      batches: records.flatMap(({ provider: info, inputTokens }) =>
        info?.endedAt == null ? [] : [{ createdAt: info.createdAt, endedAt: info.endedAt, tokens: inputTokens }],
      ),
      refusedAfterTheFirst: refused.filter((at) => at > lessonAt).length,
      announcedNanoUsd: records.reduce((sum, { synchronous }) => sum + (synchronous?.announcedNanoUsd ?? 0), 0),
    };
  } finally {
    await running.close();
    for (const port of [ports.bus, ports.provider, ports.vectors, ports.blobs, store]) await port.close();
    await provider.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function endOf(engine: Engine, look: () => Promise<void>): Promise<Run> {
  for (;;) {
    await look();
    const run = await engine.runs.get('run');
    if (run !== null && endedRunStates.includes(run.state)) return run;
    await delay(20);
  }
}

/** Notes when each batch was sent, by the engine's clock. */
class TimedProvider extends OpenAiProvider {
  readonly sentAt = new Map<string, Date>();
  readonly #clock: Clock;

  constructor(options: OpenAiProviderOptions & { readonly clock: Clock }) {
    super(options);
    this.#clock = options.clock;
  }

  override async createBatch(batch: Parameters<OpenAiProvider['createBatch']>[0]): Promise<ProviderBatch> {
    const at = this.#clock.now();
    const created = await super.createBatch(batch);
    this.sentAt.set(created.id, at);
    return created;
  }
}

/** The least time in which batches of these sizes can pass a queue of so many tokens, when each takes the same time. */
function bestMs(batches: Played['batches'], turnaroundMs: number): number {
  const waves: number[] = [];
  for (const { tokens } of batches.toSorted((a, b) => b.tokens - a.tokens)) {
    const at = waves.findIndex((held) => held + tokens <= queueTokens);
    if (at === -1) waves.push(tokens);
    else waves[at] = (waves[at] ?? 0) + tokens;
  }
  return waves.length * turnaroundMs;
}

const only = process.argv[2];
const minutes = (ms: number): string => `${(ms / minuteMs).toFixed(1)} min`;
const dollars = (nanoUsd: number): string => `$${(nanoUsd / 1e9).toFixed(4)}`;
const goals: string[] = [];
const goal = (isHit: boolean, text: string): void => void goals.push(`${isHit ? 'hit ' : 'MISS'}  ${text}`);
process.stdout.write(machineLine());

if (only !== 'deadline') {
  const turnaroundMs = 60 * minuteMs;
  const played = await play({
    documents: Number(process.env['BENCH_DOCUMENTS'] ?? 100_000),
    words: 60,
    batchSize: 1_000,
    speed: 60,
    simulator: {
      turnaround: { kind: 'fixed', seconds: turnaroundMs / 1_000 },
      enqueuedTokenLimits: { [model]: queueTokens },
    },
  });
  const best = bestMs(played.batches, turnaroundMs);
  const times = played.tookMs / best;
  process.stdout.write(
    table([
      ['documents under a queue of 3 M tokens', 'batches', 'took', 'best', 'times', 'refused after the lesson'],
      [
        String(played.run.totals?.documents.succeeded ?? 0),
        String(played.batches.length),
        minutes(played.tookMs),
        minutes(best),
        times.toFixed(2),
        String(played.refusedAfterTheFirst),
      ],
    ]),
  );
  goal(times <= 1.15, `at most 1.15 times the best schedule: ${times.toFixed(2)} times`);
  goal(played.refusedAfterTheFirst === 0, `no batch is refused after the first lesson: ${played.refusedAfterTheFirst}`);
}

if (only !== 'waves') {
  const played = await play({
    documents: Number(process.env['BENCH_DOCUMENTS'] ?? 20_000),
    words: 60,
    batchSize: 500,
    speed: 10,
    deadline: '20m',
    simulator: {
      turnaround: { kind: 'measured' },
      limits: { requestsPerMinute: perMinute.requests, tokensPerMinute: perMinute.tokens },
      synchronousSeconds: 1,
    },
  });
  const { run, tookMs, ledger, announcedNanoUsd } = played;
  const { nanoUsd = 0, synchronousNanoUsd = 0 } = run.totals?.cost ?? {};
  const extra = nanoUsd - synchronousNanoUsd / 2;
  const off = announcedNanoUsd === 0 ? 0 : Math.abs(extra - announcedNanoUsd) / announcedNanoUsd;
  const inputs = run.totals?.documents.succeeded ?? 0;
  process.stdout.write(
    table([
      ['documents with --deadline 20m', 'took', 'calls', 'cost', 'extra', 'announced', 'off by'],
      [
        String(inputs),
        minutes(tookMs),
        String(ledger.synchronous.requests),
        dollars(nanoUsd),
        dollars(extra),
        dollars(announcedNanoUsd),
        `${(100 * off).toFixed(1)} %`,
      ],
    ]),
  );
  goal(
    tookMs <= 20 * minuteMs && run.state === 'finished',
    `${inputs} documents in 20 minutes: ${minutes(tookMs)}, ${run.state}`,
  );
  goal(off <= 0.1, `the extra price is within 10 % of what was announced: ${(100 * off).toFixed(1)} %`);
  goal(nanoUsd === ledger.nanoUsd, `the books equal the provider's: ${nanoUsd} and ${ledger.nanoUsd} nano-dollars`);
}

process.stdout.write(goals.map((line) => `${line}\n`).join(''));

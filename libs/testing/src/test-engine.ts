import { RandomIds, type Event } from '@batchmill/contracts';
import { FolderBlobs } from '@batchmill/blobs/folder';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { profileFor } from '@batchmill/provider';
import { OpenAiProvider, type OpenAiProviderOptions } from '@batchmill/provider/openai';
import type { Amounts, Leased, Records, Transition, WorkRecord } from '@batchmill/records';
import { Leased as LeasedRecord, SharedRateLimiter } from '@batchmill/records';
import { assembleEngine, closePorts, runStages, type Engine, type Ports } from '@batchmill/service';
import {
  startSimulator,
  type FaultRule,
  type LedgerReport,
  type Simulator,
  type SimulatorOptions,
} from '@batchmill/simulator';
import type { EngineSettings, WorkSettings } from '@batchmill/stage';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { MemoryLog } from '@batchmill/telemetry';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareBooks } from './compare-books.js';
import { KnownPipelines } from './known-pipelines.js';
import { ShiftedClock } from './shifted-clock.js';
import { testEngineSettings, testWorkSettings } from './test-settings.js';

type StageModule = Parameters<typeof runStages>[1][number];

export interface TestEngineOptions {
  readonly pipelines: readonly PipelineDefinition[];
  readonly files?: Readonly<Record<string, string>>;
  /** Its `provider` is also the one that the engine takes it for; without one, that is what its URL tells. */
  readonly simulator?: Partial<SimulatorOptions>;
  readonly settings?: Partial<EngineSettings>;
  readonly work?: Partial<WorkSettings>;
  /** The simulator refuses keys that begin with `sk-refused`. */
  readonly apiKey?: string;
  /** The rate limit of calls to the provider. Default: none. */
  readonly perMinute?: Amounts;
  /** False: its provider is that of another engine, whose simulator has the bill, or the test closes its store. Default true. */
  readonly comparesBooks?: boolean;
  /** Wraps or replaces ports, to make them fail. */
  readonly ports?: (ports: Ports) => Partial<Ports>;
}

/** The engine on embedded adapters and a simulated provider, in a folder of its own. */
export class TestEngine {
  readonly #stops: (() => Promise<void>)[] = [];

  #engine: Engine;

  private constructor(
    engine: Engine,
    readonly clock: ShiftedClock,
    readonly log: MemoryLog,
    readonly simulator: Simulator,
    private readonly folder: string,
    private readonly comparesBooks: boolean,
  ) {
    this.#engine = engine;
  }

  get engine(): Engine {
    return this.#engine;
  }

  static async open(options: TestEngineOptions): Promise<TestEngine> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-test-'));
    const clock = new ShiftedClock();
    const log = new MemoryLog();
    const ids = new RandomIds();
    const simulator = await startSimulator({
      dataDir: join(folder, 'simulator'),
      speed: 1000,
      cancellingSeconds: 1,
      ...options.simulator,
    });
    const { apiKey = 'sk-test', perMinute, simulator: { provider = null } = {} } = options;
    const profile = profileFor(simulator.baseUrl, provider);
    const rateLimited = perMinute === undefined ? null : { perMinute, log };
    const ports = await openPorts(folder, { clock, ids, baseUrl: simulator.baseUrl, profile, apiKey, rateLimited });
    const engine = assembleEngine(
      { ...ports, ...options.ports?.(ports) },
      {
        pipelines: new KnownPipelines(options.pipelines, options.files, profile),
        engineSettings: { ...testEngineSettings, ...options.settings },
        work: { ...testWorkSettings, ...options.work },
        clock,
        ids,
        log,
      },
      '/batchmill/test',
    );
    for (const records of engine.hostDependencies.records) await records.prepare();
    return new TestEngine(engine, clock, log, simulator, folder, options.comparesBooks ?? true);
  }

  /** Stops the stages, as a restart does, and continues with another key. The stages are to be started again. */
  async restartWithKey(apiKey: string, { organization = null }: { organization?: string | null } = {}): Promise<void> {
    for (const stop of this.#stops.splice(0)) await stop();
    await this.#engine.provider.close();
    const provider = providerOf({
      apiKey,
      organization,
      baseUrl: this.simulator.baseUrl,
      profile: this.#engine.provider.profile,
      clock: this.clock,
    });
    this.#engine = { ...this.#engine, provider };
  }

  /** Runs stages until the engine is closed, or until the returned function is called. */
  async start(stages: readonly StageModule[]): Promise<() => Promise<void>> {
    const running = await runStages(this.engine, stages);
    let stopped: Promise<void> | null = null;
    const stop = (): Promise<void> => (stopped ??= running.close());
    this.#stops.push(stop);
    return stop;
  }

  /** Takes a record as a stage does. Throws when it cannot be taken. */
  async lease<T extends WorkRecord>(records: Records<T>, id: string): Promise<Leased<T>> {
    const found = await records.get(id);
    const { owner, leaseMs } = testWorkSettings;
    const taken = found === null ? null : await records.take({ state: found.state, owner, leaseMs, id });
    if (taken === null)
      throw new Error(
        `${id} cannot be taken: ${found === null ? 'there is no such record' : `its state is ${found.state}`}`,
      );
    return new LeasedRecord(taken, records.writes, new AbortController().signal);
  }

  /** Commits the transitions that a stage's method yields, as its host does. Returns the published events, in order. */
  async collect(transitions: AsyncIterable<Transition>): Promise<Event[]> {
    const { publisher } = this.engine.hostDependencies;
    const published: Event[] = [];
    for await (const transition of transitions) {
      if (await publisher.commit(transition)) published.push(...transition.events);
      else if (transition.endsLease) throw new Error(`${transition.recordId}: the lease is lost`);
    }
    return published;
  }

  /** Replaces all fault rules of the simulator. */
  async injectFaults(...rules: readonly FaultRule[]): Promise<void> {
    const response = await fetch(`${this.simulator.url}/admin/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules),
    });
    if (!response.ok) throw new Error(`the simulator refused the faults: ${await response.text()}`);
  }

  /** Throws when the books differ from what the simulator has billed. */
  async close(): Promise<void> {
    for (const stop of this.#stops) await stop();
    const differences = await this.#differencesOfBooks();
    await closePorts(this.engine);
    await this.simulator.close();
    await rm(this.folder, { recursive: true, force: true });
    if (differences.length > 0) throw new Error(`the books are not the provider’s:\n${differences.join('\n')}`);
  }

  async #differencesOfBooks(): Promise<readonly string[]> {
    if (!this.comparesBooks) return [];
    const response = await fetch(`${this.simulator.url}/admin/ledger`);
    const { differences } = await compareBooks(this.engine, (await response.json()) as LedgerReport); // its own tests check its shape
    return differences;
  }
}

async function openPorts(
  folder: string,
  {
    ids,
    rateLimited,
    ...options
  }: OpenAiProviderOptions & {
    readonly ids: RandomIds;
    readonly rateLimited: { readonly perMinute: Amounts; readonly log: MemoryLog } | null;
  },
): Promise<Ports> {
  const store = EmbeddedStore.open({ file: join(folder, 'state.db') });
  const { clock } = options;
  const rateLimiter =
    rateLimited === null ? {} : { rateLimiter: new SharedRateLimiter({ store, clock, owner: 'test', ...rateLimited }) };
  return {
    bus: EmbeddedBus.open({ file: join(folder, 'bus.db'), clock, pollMs: 20, redeliveryPauseMs: 20 }),
    store,
    documentStore: store,
    blobs: await FolderBlobs.open({ folder: join(folder, 'blobs'), ids }),
    vectors: EmbeddedVectors.open({ file: join(folder, 'vectors.db') }),
    provider: providerOf({ ...options, ...rateLimiter }),
  };
}

function providerOf(options: OpenAiProviderOptions): OpenAiProvider {
  return new OpenAiProvider({ ...options, callTimeoutMs: 10_000, retries: { times: 4, baseMs: 20 } });
}

import { stages } from '@batchmill/all-in-one';
import { envelopeOf, headersOf, type Endpoint, type Redo } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import type { Provider } from '@batchmill/provider';
import { runStages, type Engine, type Ports } from '@batchmill/service';
import { startSimulator, type LedgerReport, type Simulator } from '@batchmill/simulator';
import { MemoryLog } from '@batchmill/telemetry';
import { FastClock, storedRecords } from '@batchmill/testing';
import type { Collection } from '@batchmill/store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { engineOn, providerOf } from '../faults/engines.js';
import type { Trouble } from '../faults/fault-case.js';
import { FastTime } from '../faults/fast-time.js';
import { FaultyProcesses, type FaultyProcess } from '../faults/faulty-processes.js';
import type { ProcessGate } from '../faults/process-gate.js';
import { SeededIds } from '../faults/seeded-ids.js';
import { SimulatorAdmin } from '../faults/simulator-admin.js';
import { pipelineOf, textOf, type Letter, type PipelineStage } from './changing-pipeline.js';
import type { Day, Edit } from './day.js';
import { editLetters } from './edit-letters.js';
import { SentTexts } from './sent-texts.js';

/** The clocks run this many times as fast. */
const speed = 20;
const dayMs = 24 * 60 * 60_000;
const endpoints = ['embeddings', 'inference'] as const;
/** A plain run, then runs for what has failed. */
const evenings: readonly (Redo | undefined)[] = [undefined, 'failed', undefined, 'failed'];

/** Where everything is but the provider: in a folder of its own, or on servers. */
export interface Places {
  readonly ports: Omit<Ports, 'provider'>;
  /** Of the vectors. */
  readonly alias: string;
}

export type OpenPlaces = (folder: string, clock: FastClock, ids: SeededIds) => Promise<Places>;

export interface Evidence {
  readonly engine: Engine;
  /** Of the vectors. */
  readonly alias: string;
  readonly ledger: LedgerReport;
  readonly pipeline: PipelineStage;
  /** The provider batches of days on which a fault has answers billed that are not used. */
  readonly excusedBatches: ReadonlySet<string>;
  /** Letters whose text was embedded by the evening before, is the same, and was sent all the same. */
  readonly boughtAgain: readonly string[];
  /** A provider whose bill does not count. */
  readonly embedder: Provider;
}

interface Evening {
  readonly model: string;
  /** By the id of the letter. */
  readonly texts: ReadonlyMap<string, string>;
}

type Oracle = (evidence: Evidence) => Promise<readonly string[]>;

/** A collection that is edited, and a pipeline that changes, for days. On each of them the pipeline runs, and what was left is mended in the evening. */
export class LivedCollection {
  readonly #log = new MemoryLog();
  readonly #admin: SimulatorAdmin;
  readonly #time: FastTime;
  #processes: FaultyProcesses | null = null;
  #runs = 0;
  readonly #hits: Trouble['kind'][] = [];
  readonly #excusedBatches = new Set<string>();
  readonly #sent = new SentTexts();
  #lastEvening: Evening | null = null;

  private constructor(
    private readonly folder: string,
    private readonly simulator: Simulator,
    private readonly oracleSimulator: Simulator,
    private readonly places: Places,
    private readonly clock: FastClock,
    private readonly ids: SeededIds,
  ) {
    this.#admin = new SimulatorAdmin(simulator);
    this.#time = new FastTime({
      store: places.ports.store,
      clock,
      admin: this.#admin,
      processes: () => (this.#processes === null ? [] : [this.#processes]),
      mend: () => this.#mend(),
    });
  }

  static async open(seed: number, openPlaces: OpenPlaces): Promise<LivedCollection> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-days-'));
    const clock = new FastClock(speed);
    const ids = new SeededIds(seed);
    const turnaround = { kind: 'fixed', seconds: 20 } as const;
    const simulator = await startSimulator(
      { dataDir: join(folder, 'simulator'), speed, seed, turnaround, cancellingSeconds: 5 },
      () => undefined,
    );
    const oracleSimulator = await startSimulator({ dataDir: join(folder, 'oracle') }, () => undefined);
    return new LivedCollection(folder, simulator, oracleSimulator, await openPlaces(folder, clock, ids), clock, ids);
  }

  get #letters(): Collection<Letter> {
    return this.places.ports.documentStore.collection<Letter>('letters');
  }

  get hits(): readonly Trouble['kind'][] {
    return this.#hits;
  }

  /** Returns what is wrong in the evening, after so many runs without faults as users would try. */
  async live(day: Day, problemsIn: Oracle): Promise<readonly string[]> {
    const { pipeline, rules } = day;
    const provider = providerOf(this.simulator, this.clock);
    const view = this.#engineOn({ ...this.places.ports, provider }, pipeline, 1);
    const embedder = providerOf(this.oracleSimulator, this.clock);
    for (const records of view.hostDependencies.records) await records.prepare();
    this.#sent.clear();
    await editLetters(this.#letters, day.edits);
    await this.#admin.setFaults(rules);
    this.#processes = new FaultyProcesses(day.troubles, (gate) => this.#openProcess(gate, day));
    this.#processes.start();
    try {
      const stuck = await this.#run(day.editsMeanwhile);
      if (stuck !== null) return [stuck];
      await this.#mend();
      if (paysForNothing(day)) await this.#excuseBatches();
      const problems = await this.#mendUntilFree(async () =>
        problemsIn({
          engine: view,
          alias: this.places.alias,
          ledger: await this.#admin.ledger(),
          pipeline,
          excusedBatches: this.#excusedBatches,
          boughtAgain: await this.#boughtAgain(pipeline),
          embedder,
        }),
      );
      this.#lastEvening = { model: pipeline.model, texts: await this.#texts() };
      return problems;
    } finally {
      this.#hits.push(...this.#processes.hits);
      await this.#processes.close();
      this.#processes = null;
      for (const one of [provider, embedder]) await one.close();
      await this.#time.jump(dayMs);
    }
  }

  async close(): Promise<void> {
    const { bus, vectors, blobs, store, documentStore } = this.places.ports;
    for (const port of new Set([bus, vectors, blobs, store, documentStore])) await port.close();
    for (const simulator of [this.simulator, this.oracleSimulator]) await simulator.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Each evening: what is left is asked again, and what has failed. */
  async #mendUntilFree(problemsIn: () => Promise<readonly string[]>): Promise<readonly string[]> {
    let problems: readonly string[] = [];
    for (const redo of evenings) {
      const stuck = await this.#run([], redo);
      if (stuck !== null) return [stuck];
      problems = await problemsIn();
      if (problems.length === 0) return [];
    }
    // Orphans and files of killed processes are found by sweeps.
    return this.#time.untilFree(problemsIn);
  }

  /** Runs both endpoints. `meanwhile`: edits at the first look at which batches are at the provider. */
  async #run(meanwhile: readonly Edit[], redo?: Redo): Promise<string | null> {
    this.#runs += 1;
    const runIds = endpoints.map((endpoint) => `${endpoint}-${this.#runs}`);
    for (const endpoint of endpoints) await this.#request(endpoint, redo);
    let left = meanwhile;
    return this.#time.untilEnded(runIds, async () => {
      if (left.length === 0) return;
      const { batches } = storedRecords(this.places.ports.store);
      if ((await batches.count({ runId: { $in: runIds }, state: 'submitted' })) === 0) return;
      const edits = left;
      left = [];
      await editLetters(this.#letters, edits);
    });
  }

  async #request(endpoint: Endpoint, redo?: Redo): Promise<void> {
    const event = new RunRequested({
      runId: `${endpoint}-${this.#runs}`,
      pipeline: 'letters',
      endpoint,
      ...(redo !== undefined && { redo }),
    });
    const envelope = envelopeOf(event, { id: this.ids.next(), at: this.clock.now(), traceparent: null });
    const headers = headersOf(envelope, '/test');
    await this.places.ports.bus.publish([{ topic: envelope.topic, key: envelope.key, value: envelope.data, headers }]);
  }

  /** By the id of the letter. */
  async #texts(): Promise<ReadonlyMap<string, string>> {
    return new Map(await Array.fromAsync(this.#letters.find({}), (letter) => [letter._id, textOf(letter)] as const));
  }

  async #boughtAgain({ model }: PipelineStage): Promise<readonly string[]> {
    if (this.#lastEvening?.model !== model) return [];
    const texts = await this.#texts();
    const kept = [...this.#lastEvening.texts].filter(([id, text]) => texts.get(id) === text);
    return kept.filter(([, text]) => this.#sent.has(text)).map(([id]) => id);
  }

  async #excuseBatches(): Promise<void> {
    for (const { id } of (await this.#admin.ledger()).batches) this.#excusedBatches.add(id);
  }

  async #mend(): Promise<void> {
    await this.#admin.setFaults([]);
    this.#processes?.thawAll();
  }

  #openProcess(gate: ProcessGate, { pipeline, concurrency }: Day): FaultyProcess {
    const provider = providerOf(this.simulator, this.clock);
    const engine = this.#engineOn(
      gate.ports({ ...this.places.ports, provider: this.#sent.watched(provider) }),
      pipeline,
      concurrency,
      gate.clock(this.clock),
    );
    return { gate, provider, running: runStages(engine, stages) };
  }

  #engineOn(ports: Ports, pipeline: PipelineStage, concurrency: number, clock: Engine['clock'] = this.clock): Engine {
    return engineOn(ports, {
      clock,
      ids: this.ids,
      log: this.#log,
      concurrency,
      definitions: [pipelineOf(pipeline, this.places.alias)],
      // Blobs carry the time of the file system, which does not jump.
      settings: { ownsBlobs: false },
    });
  }
}

/** Answers are billed and not used: they are withheld, or they are refusals, which fail and are asked again by a redo. */
function paysForNothing({ fault }: Day): boolean {
  return fault?.billsUnused === true || fault?.fails?.includes('provider.refusal') === true;
}

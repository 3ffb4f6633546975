/* Long, because it is one story: a run from its start until the oracle has seen its end. */

import { stages } from '@batchmill/all-in-one';
import { envelopeOf, headersOf, type Endpoint, type Event, type Ids } from '@batchmill/contracts';
import { RunCancelRequested, RunRequested } from '@batchmill/contracts/events';
import type { OpenAiProvider } from '@batchmill/provider/openai';
import { runStages, type Engine, type Ports } from '@batchmill/service';
import { startSimulator, type LedgerReport, type Simulator } from '@batchmill/simulator';
import { MemoryLog } from '@batchmill/telemetry';
import { FastClock } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openEmbeddedPorts } from './embedded-ports.js';
import { engineOn, providerOf } from './engines.js';
import type { FaultCase, Trouble } from './fault-case.js';
import { FastTime, lookAt } from './fast-time.js';
import { FaultyProcesses, type FaultyProcess } from './faulty-processes.js';
import { allNotes } from './notes.js';
import type { ProcessGate } from './process-gate.js';
import { SeededIds } from './seeded-ids.js';
import { SimulatorAdmin } from './simulator-admin.js';

/** The clocks run this many times as fast. */
const speed = 50;
const minuteMs = 60_000;
/** Longer than a batch takes that no fault delays. */
const resendingIdle = { idleAfterMs: minuteMs, whenIdle: 'resend' } as const;
/** The test looks at the state this often. On a busy machine it looks more rarely, as all else is slower. */
const lookEveryMs = 25;
/** So many looks must see the same before time jumps. It grows while nothing changes. */
const quietLooks = 4;
const firstJumpMs = 10_000;
const longestJumpMs = 12 * 60 * minuteMs;
/** Then the provider is mended: its faults are lifted, and what is parked is retried. */
const jumpsUntilMended = 30;
const looksAfterEnd = 100;
/** A run that is not over after so many jumps, or looks, is waited for until this time has passed. */
const patienceMs = 2 * minuteMs;

export const endpoints: readonly Endpoint[] = ['embeddings', 'inference'];

/** What a run has left, for the oracle. */
export interface Evidence {
  readonly engine: Engine;
  readonly simulator: Simulator;
  readonly log: MemoryLog;
  readonly ledger: LedgerReport;
  readonly hits: readonly Trouble['kind'][];
  /** What was parked at some time, each with its error. */
  readonly parked: readonly string[];
  readonly wasMended: boolean;
  readonly fired: readonly number[];
}

/** One run of each endpoint against a provider with the faults of a case, while processes are killed and frozen. */
export class FaultRun {
  readonly #clock: FastClock;
  readonly #log: MemoryLog;
  readonly #ids: Ids;
  readonly #admin: SimulatorAdmin;
  readonly #processes: FaultyProcesses;
  readonly #time: FastTime;
  readonly #parked = new Map<string, string>();
  #wasMended = false;
  #fired: readonly number[] = [];

  private constructor(
    private readonly faultCase: FaultCase,
    private readonly folder: string,
    private readonly simulator: Simulator,
    private readonly shared: Omit<Ports, 'provider'>,
    /** The test's own view of the state. It is neither killed nor frozen. */
    private readonly view: Engine,
    private readonly ownProvider: OpenAiProvider,
    parts: { readonly clock: FastClock; readonly ids: Ids; readonly log: MemoryLog },
  ) {
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#log = parts.log;
    this.#admin = new SimulatorAdmin(simulator);
    this.#processes = new FaultyProcesses(faultCase.troubles, (gate) => this.#openProcess(gate));
    this.#time = new FastTime({
      store: shared.store,
      clock: parts.clock,
      admin: this.#admin,
      processes: () => [this.#processes],
      mend: () => this.#mend(),
    });
  }

  static async open(faultCase: FaultCase): Promise<FaultRun> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-faults-'));
    const clock = new FastClock(speed);
    const ids = new SeededIds(faultCase.seed);
    const log = new MemoryLog();
    const simulator = await startSimulator(
      {
        dataDir: join(folder, 'simulator'),
        speed,
        seed: faultCase.seed,
        turnaround: { kind: 'fixed', seconds: faultCase.turnaroundSeconds },
        cancellingSeconds: 5,
      },
      () => undefined,
    );
    const shared = await openEmbeddedPorts(folder, { clock, ids });
    const provider = providerOf(simulator, clock);
    const view = engineOn({ ...shared, provider }, { clock, ids, log, concurrency: 1 });
    for (const records of view.hostDependencies.records) await records.prepare();
    await shared.documentStore.collection('notes').insertMany(allNotes);
    return new FaultRun(faultCase, folder, simulator, shared, view, provider, { clock, ids, log });
  }

  /** Ends when `problemsIn` finds nothing, or finds something that time does not mend. Returns what it found. */
  async play(problemsIn: (evidence: Evidence) => Promise<string[]>): Promise<string[]> {
    await this.#admin.setFaults(this.faultCase.rules);
    this.#processes.start();
    for (const endpoint of endpoints) {
      await this.#publish(new RunRequested({ runId: endpoint, pipeline: 'notes', endpoint }));
    }
    const stuck = await this.#untilEnded();
    if (stuck !== null) return [stuck];
    const searched = await this.#search();
    await this.#mend();
    await this.#processes.untilDead();
    const endedMs = performance.now();
    for (let looks = 1; ; looks += 1) {
      const problems = [...searched, ...(await problemsIn(await this.#evidence()))];
      const isLate = looks > looksAfterEnd && performance.now() - endedMs > patienceMs;
      if (problems.length === 0 || isLate) return problems;
      await delay(lookEveryMs);
      if (looks % quietLooks > 0 || looks > looksAfterEnd) continue;
      await this.#time.jump(Math.min(longestJumpMs, 2 * minuteMs * 1.5 ** (looks / quietLooks)));
    }
  }

  async close(): Promise<void> {
    await this.#processes.close();
    await this.ownProvider.close();
    const { bus, vectors, blobs, store } = this.shared;
    for (const port of [bus, vectors, blobs, store]) await port.close();
    await this.simulator.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get hits(): readonly Trouble['kind'][] {
    return this.#processes.hits;
  }

  get fired(): readonly number[] {
    return this.#fired;
  }

  /** Null: both runs have ended. */
  async #untilEnded(): Promise<string | null> {
    const { cancelAt } = this.faultCase;
    let isCancelled = cancelAt === null;
    let seen = '';
    let looks = 0;
    let quietJumps = 0;
    let mendedMs = Number.POSITIVE_INFINITY;
    for (let jumps = 0; ;) {
      await delay(lookEveryMs);
      const { state, isEnded, batches, parked } = await lookAt(this.view.store, endpoints);
      if (isEnded) return null;
      if (performance.now() - mendedMs > patienceMs) return `the runs do not end: ${state}`;
      const awaited = cancelAt === 'settled' ? ['settled', 'ingested'] : ['submitted'];
      if (!isCancelled && batches.some((batch) => awaited.includes(batch.state))) {
        isCancelled = true;
        for (const runId of endpoints) await this.#publish(new RunCancelRequested({ runId }));
      }
      for (const { _id, error } of parked) this.#parked.set(_id, `${_id}: ${error?.message ?? 'no error'}`);
      if (this.#wasMended) await this.#unpark(parked.map(({ _id }) => _id));
      looks += 1;
      if (state !== seen) [seen, looks, quietJumps] = [state, 0, 0];
      if (looks < quietLooks * Math.min(4, 1.3 ** quietJumps)) continue;
      await this.#time.jump(Math.min(longestJumpMs, firstJumpMs * 6 ** quietJumps));
      looks = 0;
      quietJumps += 1;
      jumps += 1;
      if (jumps < jumpsUntilMended || this.#wasMended) continue;
      await this.#mend();
      mendedMs = performance.now();
    }
  }

  /** What a search does: it embeds its text at once, and gives up after what its adapter repeats. */
  async #search(): Promise<string[]> {
    const rule = this.faultCase.rules.find(({ on }) => on === 'synchronous');
    if (rule === undefined) return [];
    const search = { model: 'text-embedding-3-small', dimensions: 8, texts: allNotes.map(({ text }) => text) };
    const searched = await this.ownProvider.embed(search).catch((error: unknown) => String(error));
    const { synchronous } = await this.#admin.ledger();
    const answers = typeof searched === 'string' ? 0 : searched.vectors.length / allNotes.length;
    const tokens = typeof searched === 'string' ? 0 : searched.inputTokens;
    // An answer that is lost on its way is billed.
    const lost = rule.what === 'drop-answer' ? (rule.times ?? 0) : 0;
    const isBilledRight = synchronous.requests >= answers && synchronous.requests <= answers + lost;
    if (!isBilledRight || synchronous.inputTokens < tokens) {
      return [
        `the search brought ${answers} answers of ${tokens} tokens, and was billed ${JSON.stringify(synchronous)}`,
      ];
    }
    if (answers === 1 || rule.what === 'status' || lost > 2) return [];
    return [`the search failed: ${JSON.stringify(searched)}`];
  }

  async #mend(): Promise<void> {
    if (this.#wasMended) return;
    this.#fired = await this.#admin.countFired();
    this.#wasMended = true;
    await this.#admin.setFaults([]);
    this.#processes.thawAll();
  }

  async #unpark(ids: readonly string[]): Promise<void> {
    const { runs, claims, batches } = this.view;
    for (const id of ids) for (const records of [runs, claims, batches]) await records.unpark(id);
  }

  /** The engine of one process. */
  #openProcess(gate: ProcessGate): FaultyProcess {
    const provider = providerOf(this.simulator, this.#clock);
    const engine = engineOn(gate.ports({ ...this.shared, provider }), {
      clock: gate.clock(this.#clock),
      ids: this.#ids,
      log: this.#log,
      concurrency: this.faultCase.concurrency,
      ...(this.faultCase.resendsIdle && { settings: resendingIdle }),
    });
    return { gate, provider, running: runStages(engine, stages) };
  }

  async #publish(event: Event): Promise<void> {
    const envelope = envelopeOf(event, { id: this.#ids.next(), at: this.#clock.now(), traceparent: null });
    const headers = headersOf(envelope, '/test');
    await this.shared.bus.publish([{ topic: envelope.topic, key: envelope.key, value: envelope.data, headers }]);
  }

  async #evidence(): Promise<Evidence> {
    return {
      engine: this.view,
      simulator: this.simulator,
      log: this.#log,
      ledger: await this.#admin.ledger(),
      hits: this.#processes.hits,
      parked: [...this.#parked.values()],
      wasMended: this.#wasMended,
      fired: this.#fired,
    };
  }
}

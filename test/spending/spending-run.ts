import { stages } from '@batchmill/all-in-one';
import { BatchSubmitterModule } from '@batchmill/batch-submitter';
import { envelopeOf, headersOf, type Event } from '@batchmill/contracts';
import { RunCancelRequested, RunLimitRequested, RunRequested } from '@batchmill/contracts/events';
import { usdOf } from '@batchmill/models';
import type { Provider } from '@batchmill/provider';
import { scopeId } from '@batchmill/records';
import { runStages, type Engine, type Ports } from '@batchmill/service';
import { startSimulator, type LedgerReport, type Simulator } from '@batchmill/simulator';
import { MemoryLog } from '@batchmill/telemetry';
import { FastClock } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPorts } from '../faults/embedded-ports.js';
import { engineOn, providerOf } from '../faults/engines.js';
import type { Trouble } from '../faults/fault-case.js';
import { FastTime } from '../faults/fast-time.js';
import { FaultyProcesses } from '../faults/faulty-processes.js';
import type { ProcessGate } from '../faults/process-gate.js';
import { SeededIds } from '../faults/seeded-ids.js';
import { SimulatorAdmin } from '../faults/simulator-admin.js';
import { BilledMoney } from './billed-money.js';
import { notesOfBooks, pipelineNamed } from './ledger-notes.js';
import type { SpendingCase } from './spending-case.js';

/** The clocks run this many times as fast. */
const speed = 20;

/** What the runs have left, for the oracle. */
export interface Evidence {
  readonly engine: Engine;
  readonly ledger: LedgerReport;
  readonly money: BilledMoney;
}

type Oracle = (evidence: Evidence) => Promise<readonly string[]>;

/** Runs with spending limits at once, four processes that submit their batches, and a faulty provider. */
export class SpendingRun {
  readonly #log = new MemoryLog();
  readonly #admin: SimulatorAdmin;
  readonly #money = new BilledMoney();
  readonly #view: Engine;
  readonly #submitters: readonly FaultyProcesses[];
  readonly #time: FastTime;
  #creates = 0;
  #fired: readonly number[] = [];
  #isMended = false;
  readonly #passed: string[] = [];

  private constructor(
    private readonly spendingCase: SpendingCase,
    private readonly folder: string,
    private readonly simulator: Simulator,
    private readonly shared: Omit<Ports, 'provider'>,
    private readonly clock: FastClock,
    private readonly ids: SeededIds,
  ) {
    this.#admin = new SimulatorAdmin(simulator);
    this.#view = this.#engineOn({ ...shared, provider: providerOf(simulator, this.clock) }, this.clock);
    // The first process has the other stages as well.
    this.#submitters = spendingCase.troubles.map(
      (troubles, index) =>
        new FaultyProcesses(troubles, (gate) => this.#openProcess(gate, index === 0 ? stages : [BatchSubmitterModule])),
    );
    this.#time = new FastTime({
      store: shared.store,
      clock,
      admin: this.#admin,
      processes: () => this.#submitters,
      mend: () => this.#mend(),
    });
  }

  static async open(spendingCase: SpendingCase): Promise<SpendingRun> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-spending-'));
    const { seed, turnaroundSeconds: seconds } = spendingCase;
    const simulator = await startSimulator(
      {
        dataDir: join(folder, 'simulator'),
        speed,
        seed,
        turnaround: { kind: 'fixed', seconds },
        cancellingSeconds: 5,
      },
      () => undefined,
    );
    const ids = new SeededIds(seed);
    const clock = new FastClock(speed);
    const shared = await openEmbeddedPorts(folder, { clock, ids, pollMs: 40 });
    const run = new SpendingRun(spendingCase, folder, simulator, shared, clock, ids);
    for (const records of run.#view.hostDependencies.records) await records.prepare();
    await shared.documentStore.collection('notes').insertMany(notesOfBooks);
    return run;
  }

  /**
   * Plays the runs and compares what was billed with the limits before each of them is raised: until then neither falls. Asks `atEnd` after their end, and `atRest` after a
   * run without a limit has taken what they left. Returns what is wrong.
   */
  async play(atEnd: Oracle, atRest: Oracle): Promise<readonly string[]> {
    const { runs, perDay, rules } = this.spendingCase;
    await this.#admin.setFaults(rules);
    this.#money.allow('account', perDay.account);
    this.#money.allow('pipeline|north', perDay.north);
    this.#money.allow('pipeline|south', perDay.south);
    for (const processes of this.#submitters) processes.start();
    for (const { runId, pipeline, limit } of runs) {
      this.#money.allow(scopeId({ of: 'run', runId }), limit);
      const maxUsd = limit === null ? {} : { maxUsd: usdOf(limit) };
      await this.#publish(
        new RunRequested({ runId, pipeline, endpoint: 'inference', parameters: { books: [runId] }, ...maxUsd }),
      );
    }
    const stuck = await this.#time.untilEnded(runs.map(({ runId }) => runId));
    const problems = [...this.#passed, ...(stuck === null ? [] : [stuck])];
    if (problems.length > 0) return problems;
    await this.#mend();
    const left = await this.#time.untilFree(() => this.#problems(atEnd));
    if (left.length > 0) return left;
    return this.#playRest(atRest);
  }

  async close(): Promise<void> {
    for (const processes of this.#submitters) await processes.close();
    await (this.#view.provider as ReturnType<typeof providerOf>).close();
    const { bus, vectors, blobs, store } = this.shared;
    for (const port of [bus, vectors, blobs, store]) await port.close();
    await this.simulator.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  get hits(): readonly Trouble['kind'][] {
    return this.#submitters.flatMap(({ hits }) => hits);
  }

  get fired(): readonly number[] {
    return this.#fired;
  }

  async #problems(oracle: Oracle): Promise<readonly string[]> {
    return oracle({ engine: this.#view, ledger: await this.#admin.ledger(), money: this.#money });
  }

  async #playRest(oracle: Oracle): Promise<readonly string[]> {
    for (const processes of this.#submitters) await processes.close();
    const provider = providerOf(this.simulator, this.clock);
    const engine = this.#engineOn({ ...this.shared, provider }, this.clock, false);
    const running = await runStages(engine, stages);
    try {
      await this.#publish(new RunRequested({ runId: 'rest', pipeline: 'north', endpoint: 'inference' }));
      const stuck = await this.#time.untilEnded(['rest']);
      if (stuck !== null) return [stuck];
      return await this.#time.untilFree(() => this.#problems(oracle));
    } finally {
      await running.close();
      await provider.close();
    }
  }

  async #mend(): Promise<void> {
    if (this.#isMended) return;
    this.#isMended = true;
    this.#fired = await this.#admin.countFired();
    await this.#admin.setFaults([]);
    for (const processes of this.#submitters) processes.thawAll();
  }

  #openProcess(gate: ProcessGate, modules: typeof stages) {
    const provider = providerOf(this.simulator, this.clock);
    const ports = gate.ports({ ...this.shared, provider: this.#watched(provider) });
    return { gate, provider, running: runStages(this.#engineOn(ports, gate.clock(this.clock)), modules) };
  }

  #engineOn(ports: Ports, clock: Engine['clock'], isLimited = true): Engine {
    const { north, south, account } = this.spendingCase.perDay;
    return engineOn(ports, {
      clock,
      ids: this.ids,
      log: this.#log,
      concurrency: this.spendingCase.concurrency,
      pollMs: 5_000,
      definitions: [pipelineNamed('north', isLimited ? north : null), pipelineNamed('south', isLimited ? south : null)],
      settings: { maxUsdPerDay: isLimited && account !== null ? usdOf(account) : null },
    });
  }

  /** Each create call is noted with its scopes before it is made, and brings what is asked for after so many of them. */
  #watched(provider: Provider): Provider {
    return new Proxy(provider, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        if (property !== 'createBatch') return value.bind(target) as unknown;
        return async (batch: Parameters<Provider['createBatch']>[0]) => {
          const { batchmill_key: key = '', batchmill_batch: id = '' } = batch.metadata;
          const record = await this.#view.batches.get(id);
          if (record?.spending != null) this.#money.noteCreate(key, record.spending.scopes);
          await this.#command();
          return target.createBatch(batch);
        };
      },
    });
  }

  async #command(): Promise<void> {
    this.#creates += 1;
    const { changes, cancel } = this.spendingCase;
    for (const { runId, limit } of changes.filter(({ afterCreates }) => afterCreates === this.#creates)) {
      this.#passed.push(...this.#money.problemsIn(await this.#admin.ledger()));
      this.#money.allow(scopeId({ of: 'run', runId }), limit);
      await this.#publish(new RunLimitRequested({ runId, maxUsd: usdOf(limit) }));
    }
    if (cancel?.afterCreates === this.#creates) await this.#publish(new RunCancelRequested({ runId: cancel.runId }));
  }

  async #publish(event: Event): Promise<void> {
    const envelope = envelopeOf(event, { id: this.ids.next(), at: this.clock.now(), traceparent: null });
    const headers = headersOf(envelope, '/test');
    await this.shared.bus.publish([{ topic: envelope.topic, key: envelope.key, value: envelope.data, headers }]);
  }
}

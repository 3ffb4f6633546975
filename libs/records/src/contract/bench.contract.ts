import { afterEach, beforeEach } from '@jest/globals';
import type { EventEnvelope } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import type { MakeStore, StoreBundle } from '@batchmill/store/contract';
import { ManualClock } from '@batchmill/testing';
import { Batches, Budgets, Claims, Leased, Runs, type Run, type RunState } from '../index.js';

export const leaseMs = 30_000;

/** The records on one store, and a clock that stands until a test moves it. */
export class Bench {
  readonly clock = new ManualClock();
  readonly runs: Runs;
  readonly claims: Claims;
  readonly batches: Batches;
  readonly budgets: Budgets;

  constructor(readonly store: Store) {
    this.runs = new Runs(store, this.clock);
    this.claims = new Claims(store, this.clock);
    this.batches = new Batches(store, this.clock);
    this.budgets = new Budgets(store, this.clock);
  }

  /** So many milliseconds from now. */
  in(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }

  async insertRun(id: string, fields: Partial<Run> = {}): Promise<Run> {
    const run = { ...this.runs.new(id, { pipeline: 'notes' }, null), ...fields };
    await this.runs.insertion(run).apply(run.outbox);
    return run;
  }

  takeRun(owner: string, id?: string, state: RunState = 'requested'): Promise<Run | null> {
    return this.runs.take({ state, owner, leaseMs, ...(id === undefined ? {} : { id }) });
  }

  /** Takes a run that is there to be taken. */
  async takenRun(owner: string, id: string): Promise<Run> {
    const taken = await this.takeRun(owner, id);
    if (taken === null) throw new Error(`${id} cannot be taken`);
    return taken;
  }

  lease(run: Run, stopping: AbortSignal = new AbortController().signal): Leased<Run> {
    return new Leased(run, this.runs.writes, stopping);
  }

  async run(id: string): Promise<Run> {
    const run = await this.runs.get(id);
    if (run === null) throw new Error(`there is no run ${id}`);
    return run;
  }

  fact(id: string, topic = 'batchmill.run.accepted'): EventEnvelope {
    const at = this.clock.now();
    return { id, topic, type: `${topic}.v1`, key: null, at, data: '{}', traceparent: null };
  }
}

/** A fresh bench for each test of the surrounding `describe`. */
export function eachWithBench(make: MakeStore): () => Bench {
  let bundle: StoreBundle;
  let bench: Bench;
  beforeEach(async () => {
    bundle = await make();
    bench = new Bench(bundle.store);
    for (const records of [bench.runs, bench.claims, bench.batches]) await records.prepare();
  });
  afterEach(() => bundle.dispose());
  return () => bench;
}

/** So many workers at once, each with its number. */
export function concurrently<T>(workers: number, work: (worker: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}

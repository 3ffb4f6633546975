import { afterEach, beforeEach } from '@jest/globals';
import type { EventEnvelope } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import type { MakeStore, StoreBundle } from '@batchmill/store/contract';
import { ManualClock } from '@batchmill/testing';
import {
  Batches,
  Budgets,
  Claims,
  Leased,
  Notifications,
  Runs,
  Turnarounds,
  type Batch,
  type Claim,
  type Run,
  type RunState,
} from '../index.js';

export const leaseMs = 30_000;

/** The records on one store, with a clock that only the test moves. */
export class Fixture {
  readonly clock = new ManualClock();
  readonly runs: Runs;
  readonly claims: Claims;
  readonly batches: Batches;
  readonly budgets: Budgets;
  readonly turnarounds: Turnarounds;
  readonly notifications: Notifications;

  constructor(readonly store: Store) {
    this.runs = new Runs(store, this.clock);
    this.claims = new Claims(store, this.clock);
    this.batches = new Batches(store, this.clock);
    this.budgets = new Budgets(store, this.clock);
    this.turnarounds = new Turnarounds(store);
    this.notifications = new Notifications(store, this.clock);
  }

  /** The time so many milliseconds from now. */
  in(ms: number): Date {
    return new Date(this.clock.now().getTime() + ms);
  }

  async insertRun(id: string, fields: Partial<Run> = {}): Promise<Run> {
    const run = { ...this.runs.new(id, { pipeline: 'notes' }, null), ...fields };
    await this.runs.insert(run).apply(run.outbox);
    return run;
  }

  async insertClaim(fields: Partial<Claim> = {}): Promise<void> {
    const { runId = 'run', number = 1 } = fields;
    const about = { kind: 'scan', previousClaimId: null, positionAfter: null, scanEnds: false } as const;
    const claim = this.claims.new(runId, number, { ...about, members: 'members', traceparent: null });
    await this.claims.insert({ ...claim, ...fields }).apply([]);
  }

  async insertBatch(fields: Partial<Batch> = {}): Promise<void> {
    const { runId = 'run', claimId = 'run.c1', number = 1 } = fields;
    const batch = this.batches.new({
      runId,
      claimId,
      pipeline: 'notes',
      number,
      positionAfter: { model: 1, member: 0 },
      last: true,
      file: 'file',
      fileBytes: 1,
      manifest: 'manifest',
      url: '/v1/embeddings',
      model: 'text-embedding-3-small',
      documents: 1,
      requests: 1,
      unrendered: 0,
      inputTokens: 1,
      completionWindow: '24h',
      traceparent: null,
    });
    await this.batches.insert({ ...batch, ...fields }).apply([]);
  }

  takeRun(owner: string, id?: string, state: RunState = 'requested'): Promise<Run | null> {
    return this.runs.take({ state, owner, leaseMs, ...(id === undefined ? {} : { id }) });
  }

  /** Takes a run. Throws when it cannot be taken. */
  async mustTakeRun(owner: string, id: string): Promise<Run> {
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

  envelope(id: string, topic = 'batchmill.run.accepted'): EventEnvelope {
    const at = this.clock.now();
    return { id, topic, type: `${topic}.v1`, key: null, at, data: '{}', traceparent: null };
  }
}

/** Makes a new fixture for each test of the surrounding `describe`. */
export function eachWithFixture(make: MakeStore): () => Fixture {
  let bundle: StoreBundle;
  let fixture: Fixture;
  beforeEach(async () => {
    bundle = await make();
    fixture = new Fixture(bundle.store);
    for (const records of [fixture.runs, fixture.claims, fixture.batches, fixture.notifications])
      await records.prepare();
  });
  afterEach(() => bundle.dispose());
  return () => fixture;
}

/** Runs the work so many times at once, each time with the worker's number. */
export function concurrently<T>(workers: number, work: (worker: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}

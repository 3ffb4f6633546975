import type { Simulation } from '../simulation.js';
import { advanceBatch } from './advance-batch.js';
import { isSettled } from './batch.js';
import type { Batch } from './batch.js';
import { nextMomentOf } from './batch-plan.js';
import { changeStatus } from './change-status.js';

const pollMs = { least: 2, whileWorking: 40, most: 60_000, afterTrouble: 1_000 };

/**
 * Processes the batches that are not settled, in turn and a slice at a time, by the simulated clock. The records in
 * memory are authoritative; each change is stored before it becomes visible.
 */
export class BatchEngine {
  readonly #simulation: Simulation;
  readonly #active = new Map<string, Batch>();
  #awake = Promise.withResolvers<undefined>();
  #closing = false;
  #running: Promise<void> = Promise.resolve();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    simulation.clock.onChange(() => this.#schedule());
  }

  /** Continues what a previous process left. */
  start(): void {
    for (const batch of this.#simulation.batches.active()) this.#hold(batch);
    this.#closing = false;
    this.#running = this.#run();
  }

  /** Stops after the current slice; the next start continues. */
  async stop(): Promise<void> {
    this.#closing = true;
    this.#schedule();
    await this.#running;
    this.#active.clear();
  }

  /** Adds a batch that was just stored. */
  add(batch: Batch): void {
    this.#hold(batch);
    this.#schedule();
  }

  /** The authoritative record. */
  find(id: string): Batch | undefined {
    return this.#active.get(id) ?? this.#simulation.batches.find(id);
  }

  /** Those that are not settled. */
  active(): Batch[] {
    return [...this.#active.values()];
  }

  list(limit: number, after?: Batch): Batch[] {
    return this.#simulation.batches.list(limit, after).map((batch) => this.#active.get(batch.id) ?? batch);
  }

  /** What is done stays done; the rest is dropped. */
  cancel(batch: Batch): void {
    const { clock, options } = this.#simulation;
    const nowMs = clock.nowMs();
    batch.cancelledDueMs = nowMs + options.cancellingSeconds * 1000;
    changeStatus(batch, 'cancelling', nowMs, this.#simulation);
    this.#schedule();
  }

  #hold(batch: Batch): void {
    this.#simulation.files.hold(batch.inputFileId, batch.outputFileId, batch.errorFileId);
    this.#active.set(batch.id, batch);
  }

  #schedule(): void {
    this.#awake.resolve(undefined);
  }

  async #run(): Promise<void> {
    while (!this.#closing) {
      this.#awake = Promise.withResolvers();
      let worked = false;
      let sleepMs: number = pollMs.most;
      for (const batch of [...this.#active.values()]) {
        if (this.#isClosing()) return;
        try {
          if (await this.#advance(batch)) worked = true;
          else sleepMs = Math.min(sleepMs, this.#realMsUntilNext(batch));
        } catch (error) {
          this.#simulation.onError(`Batch ${batch.id} could not be processed and is retried: ${String(error)}`);
          sleepMs = Math.min(sleepMs, pollMs.afterTrouble);
        }
      }
      if (!worked) await this.#sleep(Math.max(sleepMs, pollMs.least));
    }
  }

  async #advance(batch: Batch): Promise<boolean> {
    const others = (): Iterable<Batch> => [...this.#active.values()].filter(({ id }) => id !== batch.id);
    const worked = await advanceBatch(batch, others, this.#simulation);
    if (isSettled(batch.status)) {
      this.#active.delete(batch.id);
      await this.#simulation.files.release(batch.inputFileId, batch.outputFileId, batch.errorFileId);
      this.#simulation.webhooks.announce(batch);
    }
    return worked;
  }

  #realMsUntilNext(batch: Batch): number {
    const ms = this.#simulation.clock.realMsUntil(nextMomentOf(batch));
    return batch.status === 'in_progress' ? Math.max(ms, pollMs.whileWorking) : ms;
  }

  async #sleep(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#schedule(), Math.min(ms, pollMs.most));
    await this.#awake.promise;
    clearTimeout(timer);
  }

  /** Read again after each await. */
  #isClosing(): boolean {
    return this.#closing;
  }
}

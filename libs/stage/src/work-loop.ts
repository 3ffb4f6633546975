import type { WorkRecord } from '@batchmill/records';
import { DueTimes } from './due-times.js';
import { FailedWork } from './failed-work.js';
import { Outage } from './outage.js';
import { RecordWorker, type FoundBy } from './record-worker.js';
import { Signals } from './signals.js';
import type { Work, WorkDependencies } from './work.js';

interface Taken<T> {
  readonly record: T;
  readonly foundBy: FoundBy;
}

/**
 * Takes records in one state and works on a bounded number of them at once. A signal names a record to take now; polls
 * find the others.
 */
export class WorkLoop<T extends WorkRecord> {
  readonly #signals: Signals<T>;
  readonly #dueTimes: DueTimes;
  readonly #outageOfTaking: Outage;
  readonly #failedWork: FailedWork<T>;
  readonly #worker: RecordWorker<T>;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  /** Ends the current wait for more work. */
  #endWait: () => void = () => undefined;

  constructor(
    private readonly work: Work<T>,
    private readonly dependencies: WorkDependencies,
  ) {
    const { stage, method } = work;
    const { clock, settings } = dependencies;
    this.#signals = new Signals(work, settings);
    this.#dueTimes = new DueTimes(clock, settings.pollMs);
    this.#outageOfTaking = new Outage(`${stage.name}.${method}: taking records`, stage.name, dependencies);
    this.#failedWork = new FailedWork(work, this.#dueTimes, this.#outageOfTaking, dependencies);
    this.#worker = new RecordWorker(work, this.#dueTimes, this.#failedWork, this.#stop.signal, dependencies);
  }

  /** Begins to take records. A second call changes nothing. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** A record has work now. */
  signal(recordId: string): void {
    this.#signals.add(recordId);
    this.#endWait();
  }

  /** Takes no more records. Work in flight stops at its next checkpoint. Resolves once every lease has ended. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#endWait();
    await this.#running;
    await Promise.all(this.#inFlight);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const moreWork = this.#waitForWork(); // begun before taking, so that a signal that arrives meanwhile ends it
      const hasRoom = this.#inFlight.size < this.dependencies.settings.concurrency;
      const taken = hasRoom ? await this.#take() : null;
      if (taken === null) await moreWork;
      else this.#begin(taken);
    }
  }

  /** Resolves at the next signal, end of work, due record or poll, whichever is first. */
  #waitForWork(): Promise<void> {
    const waitMs = this.#dueTimes.nextInMs();
    const ended = new AbortController();
    const endedEarly = new Promise<void>((resolve) => {
      this.#endWait = resolve;
    });
    return Promise.race([endedEarly, this.dependencies.clock.sleep(waitMs, ended.signal)]).finally(
      () => ended.abort(null), // without an error, of which nobody reads the stack
    );
  }

  async #take(): Promise<Taken<T> | null> {
    const { records, state, stage } = this.work;
    const { owner, leaseMs } = this.dependencies.settings;
    const findsReleased = this.#inFlight.size === 0 && this.#failedWork.isReleasedWorkDue();
    try {
      const signaled = await this.#signals.take();
      if (signaled === null && !this.#dueTimes.takeTurn()) return null;
      const record = signaled ?? (await records.take({ state, owner, leaseMs }));
      this.#outageOfTaking.recovered();
      if (record !== null) {
        if (signaled === null) this.#dueTimes.addNow(); // there may be more
        return { record, foundBy: signaled === null ? 'poll' : 'signal' };
      }
      // The records that an outage made this loop release are gone: others have done them, or they were cancelled.
      if (findsReleased) this.#failedWork.recovered();
      return null;
    } catch (error) {
      this.#outageOfTaking.report(`${stage.name}: could not take work`, error);
      this.#dueTimes.addNow(); // what was due still is
      return null;
    }
  }

  #begin({ record, foundBy }: Taken<T>): void {
    const working = this.#worker.workOn(record, foundBy).finally(() => {
      this.#inFlight.delete(working);
      this.#dueTimes.addNow(); // a signal that arrived meanwhile has made its record due
      this.#endWait();
    });
    this.#inFlight.add(working);
    // Nothing awaits the wait that was begun before taking. Without this, its timer would keep the process alive.
    this.#endWait();
  }
}

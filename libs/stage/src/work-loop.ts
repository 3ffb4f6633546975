/* Long, because it is one loop: taken, held, carried out, moved, given back, parked. */

import type { Work } from './work.js';
import { ProcessingError, delayAfter, isDependencyUnavailable, type Clock, type Ids } from '@batchmill/contracts';
import { InterruptedError, LeaseLostError, Leased, recordedError, type WorkRecord } from '@batchmill/records';
import { countWork, inSpan, type Log, type WorkOutcome } from '@batchmill/telemetry';
import { Outage } from './outage.js';
import { assertDeclared } from './assert-declared.js';
import { DueTimes } from './due-times.js';
import { jitterFrom } from './jitter.js';
import type { Readiness } from './readiness.js';
import { spanOfWork, type FoundBy } from './span-of-work.js';
import type { OutboxPublisher } from './outbox-publisher.js';
import { Signals } from './signals.js';
import type { WorkSettings } from './work-settings.js';

export interface LoopDependencies {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly settings: WorkSettings;
  readonly publisher: OutboxPublisher;
  readonly readiness: Readiness;
}

interface Taken<T> {
  readonly record: T;
  readonly by: FoundBy;
}

/**
 * Takes records in one state, works on a bounded number of them at once, and lets each go in one of these ways:
 * moved, given back, backed off or parked. A wake names a record to look at now; the clock finds the rest.
 */
export class WorkLoop<T extends WorkRecord> {
  readonly #signals: Signals<T>;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #rouse: () => void = () => undefined;
  readonly #due: DueTimes;
  readonly #taking: Outage;
  readonly #working: Outage;
  /** Work that was given back for a dependency that is away is not taken again before then. */
  #awayUntilMs = 0;
  #running: Promise<void> | null = null;

  constructor(
    private readonly work: Work<T>,
    private readonly dependencies: LoopDependencies,
  ) {
    const { stage, method } = work;
    this.#signals = new Signals(work, dependencies.settings);
    this.#due = new DueTimes(dependencies.clock, dependencies.settings.pollMs);
    this.#taking = new Outage(`${stage.name}.${method} takes`, stage.name, dependencies);
    this.#working = new Outage(`${stage.name}.${method} works`, stage.name, dependencies);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  signal(recordId: string): void {
    this.#signals.add(recordId);
    this.#rouse();
  }

  /** Takes no more; work in flight stops at its next checkpoint and is given back. Resolves when all of it was. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#rouse();
    await this.#running;
    await Promise.all(this.#inFlight);
  }

  async #run(): Promise<void> {
    const { settings } = this.dependencies;
    while (!this.#stop.signal.aborted) {
      const roused = this.#untilRoused();
      const taken = this.#inFlight.size < settings.concurrency ? await this.#take() : null;
      if (taken === null) {
        await roused;
        continue;
      }
      const working = this.#workOn(taken).finally(() => {
        this.#inFlight.delete(working);
        this.#rouse();
      });
      this.#inFlight.add(working);
      // Nobody waits for this one: without it, its timer would hold up the end of the process.
      this.#rouse();
    }
  }

  /** Resolves at the next wake, end of a work, due record or look of the clock, whichever comes first. */
  #untilRoused(): Promise<void> {
    const inMs = this.#due.nextInMs();
    const over = new AbortController();
    const roused = new Promise<void>((resolve) => {
      this.#rouse = resolve;
    });
    return Promise.race([roused, this.dependencies.clock.sleep(inMs, over.signal)]).finally(() => over.abort());
  }

  async #take(): Promise<Taken<T> | null> {
    const { records, state, stage } = this.work;
    const { owner, leaseMs } = this.dependencies.settings;
    const wouldFindAll = this.#inFlight.size === 0 && this.dependencies.clock.now().getTime() > this.#awayUntilMs;
    try {
      const named = await this.#signals.take();
      const record = named ?? (await records.take({ state, owner, leaseMs }));
      this.#taking.recovered();
      if (record !== null) return { record, by: named === null ? 'clock' : 'message' };
      // Work that was given back and is not there any more was done by somebody else, or called off.
      if (wouldFindAll) this.#working.recovered();
      return null;
    } catch (error) {
      this.#taking.report(`${stage.name}: could not take work`, error);
      return null;
    }
  }

  async #workOn({ record, by }: Taken<T>): Promise<void> {
    const { stage, method, records } = this.work;
    const over = new AbortController();
    const leased = new Leased(record, records.writes, AbortSignal.any([this.#stop.signal, over.signal]));
    const renewing = this.#renew(record, over);
    const begunMs = performance.now();
    let outcome: WorkOutcome = 'moved';
    try {
      await inSpan(`${stage.name} ${method}`, spanOfWork(this.work, record, by), async () => {
        try {
          await this.#go(leased, over);
        } catch (error) {
          outcome = await this.#letGo(record, error); // in the span, so that what is logged of it names the trace
          throw error;
        }
      });
      this.#working.recovered();
    } catch {
      // It was let go, and the span knows of it.
    } finally {
      over.abort();
      countWork({ stage: stage.name, method, outcome, seconds: (performance.now() - begunMs) / 1000 });
      await renewing;
    }
  }

  async #go(leased: Leased<T>, over: AbortController): Promise<void> {
    const { stage, method } = this.work;
    let ended = false;
    try {
      for await (const transition of await this.work.handle(leased)) {
        assertDeclared(transition, stage);
        const applied = await this.dependencies.publisher.commit(transition);
        if (!applied && transition.endsLease) throw new LeaseLostError(transition.recordId);
        if (!transition.endsLease) continue;
        ended = true;
        over.abort();
        if (transition.dueAt !== null) this.#due.add(transition.dueAt);
      }
    } catch (error) {
      if (!ended) throw error;
      this.#tellLate(leased.id, error);
    }
    if (!ended) {
      throw new ProcessingError(
        'stage.no-end',
        `${stage.name}.${method} ended without moving ${leased.id} or letting it wait`,
      );
    }
  }

  /** The record is let go and may be in other hands: what is thrown now changes nothing of it. */
  #tellLate(recordId: string, error: unknown): void {
    const { code, message } = recordedError(error, this.dependencies.clock.now());
    this.dependencies.log.warn('failed after its step was done; the step stands', {
      operation: this.work.stage.name,
      recordId,
      code,
      error: message,
    });
  }

  async #renew(record: T, over: AbortController): Promise<void> {
    const { clock, settings } = this.dependencies;
    for (;;) {
      await clock.sleep(settings.leaseMs / 3, over.signal);
      if (over.signal.aborted) return;
      const until = new Date(clock.now().getTime() + settings.leaseMs);
      // Away is not lost: the next write tells, and the fence keeps it safe.
      const renewed = await this.work.records.writes.renew(record, until).catch(() => true);
      if (!renewed) over.abort();
    }
  }

  async #letGo(record: T, error: unknown): Promise<WorkOutcome> {
    const { clock, log, settings } = this.dependencies;
    const fields = { operation: this.work.stage.name, recordId: record._id };
    try {
      if (error instanceof LeaseLostError) {
        log.info('lease gone; somebody else goes on', fields);
        return 'lease-lost';
      }
      if (error instanceof InterruptedError) {
        await this.work.records.writes.release(record, clock.now());
        return 'given-back';
      }
      if (isDependencyUnavailable(error)) {
        const backoffUntil = this.#after(this.#working.consecutiveFailures);
        this.#working.report(`${this.work.stage.name}: ${record._id} given back`, error);
        this.#awayUntilMs = Math.max(this.#awayUntilMs, backoffUntil.getTime());
        await this.work.records.writes.release(record, backoffUntil);
        this.#due.add(backoffUntil);
        return 'given-back';
      }
      const { writes } = this.work.records;
      const backoffUntil = this.#after(record.attempts);
      const recorded = recordedError(error, clock.now());
      const failure = { error: recorded, backoffUntil };
      const parked = record.attempts + 1 >= settings.maxAttempts && (await writes.park(record, failure));
      if (!parked) await writes.fail(record, failure);
      this.#due.add(backoffUntil);
      const said = { ...fields, error: recorded.message, code: recorded.code, attempt: record.attempts + 1 };
      if (parked) log.error('parked after too many tries; batchmill parked retry puts it back', said);
      else log.warn('failed; tried again later', said);
      return parked ? 'parked' : 'failed';
    } catch (second) {
      // The lease runs out by itself and somebody takes the record again.
      this.#taking.report(`${this.work.stage.name}: ${record._id} could not be given back`, second);
      return 'given-back';
    }
  }

  #after(failures: number): Date {
    const { clock, ids, settings } = this.dependencies;
    const bounds = { baseMs: settings.backoffMs, capMs: settings.maxBackoffMs, jitter: jitterFrom(ids) };
    return new Date(clock.now().getTime() + delayAfter(failures, bounds));
  }
}

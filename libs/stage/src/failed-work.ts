import { ConnectionError, delayAfter, isDependencyUnavailable } from '@batchmill/contracts';
import { InterruptedError, LeaseLostError, recordedError, type WorkRecord } from '@batchmill/records';
import { countError, type WorkOutcome } from '@batchmill/telemetry';
import type { DueTimes } from './due-times.js';
import { jitterFrom } from './jitter.js';
import { Outage } from './outage.js';
import type { Work, WorkDependencies } from './work.js';

/** A dependency that asks to be left alone for longer is tried all the same. */
const maxAskedMs = 15 * 60_000;

/**
 * Ends the lease of a record whose work failed. When the fault is not the work's own, the record is released and no
 * attempt is counted; otherwise it backs off, and is parked after its last attempt.
 */
export class FailedWork<T extends WorkRecord> {
  readonly #outage: Outage;
  /** The latest time until which an outage made this loop release a record. */
  #releasedUntilMs = 0;

  constructor(
    private readonly work: Work<T>,
    private readonly dueTimes: DueTimes,
    private readonly outageOfTaking: Outage,
    private readonly dependencies: WorkDependencies,
  ) {
    const { stage, method } = work;
    this.#outage = new Outage(`${stage.name}.${method}: working`, stage.name, dependencies);
  }

  /** Work succeeded, or there is none left that an outage interrupted. */
  recovered(): void {
    this.#outage.recovered();
  }

  /** True when every record that an outage made this loop release can be taken again. */
  isReleasedWorkDue(): boolean {
    return this.dependencies.clock.now().getTime() > this.#releasedUntilMs;
  }

  /** Never rejects: a lease that cannot be ended expires, and the record is taken again then. */
  async end(record: T, error: unknown): Promise<WorkOutcome> {
    try {
      if (error instanceof LeaseLostError) {
        this.dependencies.log.info('the lease was lost; another process continues', this.#fieldsOf(record));
        return 'lease-lost';
      }
      if (error instanceof InterruptedError) {
        await this.work.records.writes.release(record, this.dependencies.clock.now());
        return 'released';
      }
      if (isDependencyUnavailable(error)) return await this.#release(record, error);
      return await this.#failOrPark(record, error);
    } catch (failure) {
      this.outageOfTaking.report(`${this.work.stage.name}: the lease of ${record._id} could not be ended`, failure);
      return 'released';
    }
  }

  async #release(record: T, error: unknown): Promise<WorkOutcome> {
    const askedMs = error instanceof ConnectionError ? Math.min(error.retryAfterMs, maxAskedMs) : 0;
    const backoffUntil = this.#backoffUntil(this.#outage.consecutiveFailures, askedMs);
    this.#outage.report(`${this.work.stage.name}: ${record._id} released, a dependency is unavailable`, error);
    this.#releasedUntilMs = Math.max(this.#releasedUntilMs, backoffUntil.getTime());
    const reason = recordedError(error, this.dependencies.clock.now());
    countError(this.work.stage.name, reason.code);
    await this.work.records.writes.release(record, backoffUntil, reason);
    this.dueTimes.add(backoffUntil);
    return 'released';
  }

  async #failOrPark(record: T, error: unknown): Promise<WorkOutcome> {
    const { clock, log, settings } = this.dependencies;
    const { writes } = this.work.records;
    const attempt = record.attempts + 1;
    const failure = { error: recordedError(error, clock.now()), backoffUntil: this.#backoffUntil(record.attempts) };
    const isParked = attempt >= settings.maxAttempts && (await writes.park(record, failure));
    if (!isParked) await writes.fail(record, failure);
    this.dueTimes.add(failure.backoffUntil);
    const { message, code } = failure.error;
    countError(this.work.stage.name, code);
    const fields = { ...this.#fieldsOf(record), error: message, code, attempt };
    if (isParked)
      log.error(`parked after too many attempts; retry it by: batchmill parked retry ${record._id}`, fields);
    else log.warn('failed; will be retried', fields);
    return isParked ? 'parked' : 'failed';
  }

  #backoffUntil(earlierFailures: number, leastMs = 0): Date {
    const { clock, ids, settings } = this.dependencies;
    const bounds = { baseMs: settings.backoffMs, capMs: settings.maxBackoffMs, jitter: jitterFrom(ids) };
    return new Date(clock.now().getTime() + Math.max(leastMs, delayAfter(earlierFailures, bounds)));
  }

  #fieldsOf({ _id }: T): { operation: string; recordId: string } {
    return { operation: this.work.stage.name, recordId: _id };
  }
}

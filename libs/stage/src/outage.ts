import type { Clock } from '@batchmill/contracts';
import { recordedError } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import type { Readiness } from './readiness.js';

/**
 * The outage of a dependency, as one activity sees it. It is logged once for each reason, and the process is not ready until its end.
 */
export class Outage {
  #consecutiveFailures = 0;
  #code: string | null = null;

  constructor(
    private readonly activity: string,
    private readonly operation: string,
    private readonly dependencies: { readonly clock: Clock; readonly log: Log; readonly readiness: Readiness },
  ) {}

  get consecutiveFailures(): number {
    return this.#consecutiveFailures;
  }

  /** A call failed. The first failure in a row is logged, and each that has another code. */
  report(message: string, error: unknown): void {
    const { clock, log, readiness } = this.dependencies;
    const { code, message: reason } = recordedError(error, clock.now());
    this.#consecutiveFailures += 1;
    readiness.markUnavailable(this.activity, reason);
    if (code !== this.#code) log.warn(message, { operation: this.operation, code, error: reason });
    this.#code = code;
  }

  /** A call succeeded. It ends the outage, if there is one. */
  recovered(): void {
    if (this.#consecutiveFailures === 0) return;
    this.#consecutiveFailures = 0;
    this.#code = null;
    this.dependencies.readiness.markAvailable(this.activity);
    this.dependencies.log.info(`available again: ${this.activity}`, { operation: this.operation });
  }
}

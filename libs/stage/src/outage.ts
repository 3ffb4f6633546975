import type { Clock } from '@batchmill/contracts';
import { recordedError } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import type { Readiness } from './readiness.js';

/** A dependency that one loop cannot do without: told once when it goes away, kept in the readiness until it is back. */
export class Outage {
  #inARow = 0;

  constructor(
    private readonly dependency: string,
    private readonly operation: string,
    private readonly needs: { readonly clock: Clock; readonly log: Log; readonly readiness: Readiness },
  ) {}

  /** Failures since it last answered. */
  get consecutiveFailures(): number {
    return this.#inARow;
  }

  report(what: string, error: unknown): void {
    const { clock, log, readiness } = this.needs;
    const { code, message } = recordedError(error, clock.now());
    this.#inARow += 1;
    readiness.markUnavailable(this.dependency, message);
    if (this.#inARow === 1) log.warn(what, { operation: this.operation, code, error: message });
  }

  recovered(): void {
    if (this.#inARow === 0) return;
    this.#inARow = 0;
    this.needs.readiness.markAvailable(this.dependency);
    this.needs.log.info('dependencies answer again', { operation: this.operation });
  }
}

import type { Clock } from '@batchmill/contracts';
import { recordedError } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import type { Readiness } from './readiness.js';

/** A dependency that one loop cannot do without: told once when it goes away, kept in the readiness until it is back. */
export class Absence {
  #inARow = 0;

  constructor(
    private readonly dependency: string,
    private readonly operation: string,
    private readonly needs: { readonly clock: Clock; readonly log: Log; readonly readiness: Readiness },
  ) {}

  /** Failures since it last answered. */
  get inARow(): number {
    return this.#inARow;
  }

  away(what: string, error: unknown): void {
    const { clock, log, readiness } = this.needs;
    const { code, message } = recordedError(error, clock.now());
    this.#inARow += 1;
    readiness.away(this.dependency, message);
    if (this.#inARow === 1) log.warn(what, { operation: this.operation, code, error: message });
  }

  back(): void {
    if (this.#inARow === 0) return;
    this.#inARow = 0;
    this.needs.readiness.back(this.dependency);
    this.needs.log.info('dependencies answer again', { operation: this.operation });
  }
}

import type { Clock } from '@batchmill/contracts';

/** When the records whose leases this process has ended are due again. Times after the next poll are left to the poll. */
export class DueTimes {
  #timesMs: number[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly pollMs: number,
  ) {}

  /** Notes that a record is due then. */
  add(at: Date): void {
    if (at.getTime() - this.clock.now().getTime() < this.pollMs) this.#timesMs.push(at.getTime());
  }

  /**
   * Milliseconds until the next of them or the next poll. Forgets times that have passed: the caller then takes what is
   * due.
   */
  nextInMs(): number {
    const nowMs = this.clock.now().getTime();
    this.#timesMs = this.#timesMs.filter((timeMs) => timeMs > nowMs);
    return Math.min(this.pollMs, ...this.#timesMs.map((timeMs) => timeMs - nowMs));
  }
}

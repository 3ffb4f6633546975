import type { Clock } from '@batchmill/contracts';

/** When records are due again whose leases this process has ended. Times after the next poll are left to the poll. */
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
   * Milliseconds until the next of them or the next poll. Forgets past times: the caller takes records before it waits.
   */
  nextInMs(): number {
    const nowMs = this.clock.now().getTime();
    this.#timesMs = this.#timesMs.filter((timeMs) => timeMs > nowMs);
    return Math.min(this.pollMs, ...this.#timesMs.map((timeMs) => timeMs - nowMs));
  }
}

import type { Clock } from '@batchmill/contracts';

/**
 * When a loop polls for records: at an interval, when a record whose lease this process has ended is due again, and whenever one may
 * have become due. Signals name the others.
 */
export class DueTimes {
  #timesMs: number[] = [];
  #nextPollMs = -Infinity;
  #isDue = false;

  constructor(
    private readonly clock: Clock,
    private readonly pollMs: number,
  ) {}

  /** Notes that a record is due then. Times after the next poll are left to the poll. */
  add(at: Date): void {
    if (at.getTime() - this.clock.now().getTime() < this.pollMs) this.#timesMs.push(at.getTime());
  }

  /** Notes that a record may be due now. */
  addNow(): void {
    this.#isDue = true;
  }

  /** Whether to poll now. True once: what becomes due after this call is noted again. */
  takeTurn(): boolean {
    const isDue = this.#isDue;
    this.#isDue = false;
    return isDue;
  }

  /** Milliseconds until the next time at which to poll, at most those of the interval. */
  nextInMs(): number {
    const nowMs = this.clock.now().getTime();
    // Further away than the interval: the clock was set back.
    if (nowMs >= this.#nextPollMs || this.#nextPollMs - nowMs > this.pollMs) {
      this.#isDue = true;
      this.#nextPollMs = nowMs + this.pollMs;
    }
    this.#isDue ||= this.#timesMs.some((timeMs) => timeMs <= nowMs);
    this.#timesMs = this.#timesMs.filter((timeMs) => timeMs > nowMs);
    return Math.min(this.#nextPollMs, ...this.#timesMs) - nowMs;
  }
}

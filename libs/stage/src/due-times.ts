import type { Clock } from '@batchmill/contracts';

/** When records that were let go are due again, as far as that is before the clock's next look. */
export class DueTimes {
  #atMs: number[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly pollMs: number,
  ) {}

  add(at: Date): void {
    if (at.getTime() - this.clock.now().getTime() < this.pollMs) this.#atMs.push(at.getTime());
  }

  /** Until the next of them or the next look. What is due by now is forgotten: whoever asks takes it before waiting. */
  nextInMs(): number {
    const nowMs = this.clock.now().getTime();
    this.#atMs = this.#atMs.filter((atMs) => atMs > nowMs);
    return Math.min(this.pollMs, ...this.#atMs.map((atMs) => atMs - nowMs));
  }
}

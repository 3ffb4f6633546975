import { Clock } from '@batchmill/contracts';

/** A clock that stands still until it is advanced. A sleep ends when the clock is advanced past its end. */
export class ManualClock extends Clock {
  #now: number;
  #sleepers: { at: number; resolve: () => void }[] = [];

  constructor(start = new Date('2026-01-01T00:00:00Z')) {
    super();
    this.#now = start.getTime();
  }

  now(): Date {
    return new Date(this.#now);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      this.#sleepers.push({ at: this.#now + ms, resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { resolve } of due) resolve();
  }
}

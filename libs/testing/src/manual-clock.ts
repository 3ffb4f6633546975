import { Clock } from '@batchmill/contracts';

/** A clock that stands until it is moved. Whoever sleeps wakes when it is moved far enough. */
export class ManualClock extends Clock {
  #now: number;
  #sleepers: { at: number; wake: () => void }[] = [];

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
      this.#sleepers.push({ at: this.#now + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#sleepers.filter(({ at }) => at <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
    for (const { wake } of due) wake();
  }
}

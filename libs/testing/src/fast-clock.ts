import { Clock } from '@batchmill/contracts';

interface Sleeper {
  readonly atMs: number;
  readonly wake: () => void;
}

/** A clock that runs `speed` times as fast as the machine's, and can be advanced. A sleep ends when its time has passed. */
export class FastClock extends Clock {
  readonly #startMs = Date.now();
  readonly #startRealMs = performance.now();
  readonly #sleepers = new Set<Sleeper>();
  #aheadMs = 0;

  constructor(private readonly speed: number) {
    super();
  }

  now(): Date {
    return new Date(this.#nowMs());
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const atMs = this.#nowMs() + ms;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { atMs, wake };
      const timer = setTimeout(wake, ms / this.speed);
      signal?.addEventListener('abort', wake, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
    const nowMs = this.#nowMs();
    for (const { atMs, wake } of [...this.#sleepers]) if (atMs <= nowMs) wake();
  }

  #nowMs(): number {
    return this.#startMs + this.#aheadMs + (performance.now() - this.#startRealMs) * this.speed;
  }
}

import { eventually } from './eventually.js';
import { ManualClock } from './manual-clock.js';

/** Sleeps of this length are timeouts: nobody waits for their ends. */
const timeoutFromMs = 30 * 60_000;

/** A clock that moves on when everybody who works by it sleeps. */
export class PlayedClock extends ManualClock {
  #due: { readonly at: number }[] = [];

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const at = this.now().getTime() + ms;
    if (ms < timeoutFromMs) {
      const sleeper = { at };
      this.#due.push(sleeper);
      const forget = (): void => void (this.#due = this.#due.filter((one) => one !== sleeper));
      signal?.addEventListener('abort', forget, { once: true });
    }
    await super.sleep(ms, signal);
  }

  override advance(ms: number): void {
    const nowMs = this.now().getTime() + ms;
    this.#due = this.#due.filter(({ at }) => at > nowMs);
    super.advance(ms);
  }

  /**
   * Runs these workers to their ends. Each of them sleeps one sleep at a time. `before` is awaited before the clock moves on by
   * so many milliseconds, to move other clocks too.
   */
  async play(
    workers: readonly Promise<unknown>[],
    before: (ms: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    let running = workers.length;
    const ended = workers.map((worker) => worker.finally(() => (running -= 1)));
    while (running > 0) {
      await eventually('all workers sleep', () => running === 0 || this.#due.length >= running, 600_000, 0);
      if (running === 0) break;
      const ms = Math.min(...this.#due.map(({ at }) => at)) - this.now().getTime();
      await before(ms);
      this.advance(ms);
    }
    await Promise.all(ended);
  }
}

import { ManualClock, eventually } from '@batchmill/testing';

/** A clock that moves on when everybody who works by it sleeps. */
export class PlayedClock extends ManualClock {
  #due: number[] = [];

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const at = this.now().getTime() + ms;
    this.#due.push(at);
    signal?.addEventListener('abort', () => this.#due.splice(this.#due.indexOf(at), 1), { once: true });
    await super.sleep(ms, signal);
  }

  override advance(ms: number): void {
    const nowMs = this.now().getTime() + ms;
    this.#due = this.#due.filter((at) => at > nowMs);
    super.advance(ms);
  }

  /** Runs these workers to their ends. Each of them sleeps one sleep at a time. */
  async play(workers: readonly Promise<unknown>[]): Promise<void> {
    let running = workers.length;
    const ended = workers.map((worker) => worker.finally(() => (running -= 1)));
    while (running > 0) {
      await eventually('all workers sleep', () => running === 0 || this.#due.length >= running, 600_000, 0);
      if (running > 0) this.advance(Math.min(...this.#due) - this.now().getTime());
    }
    await Promise.all(ended);
  }
}

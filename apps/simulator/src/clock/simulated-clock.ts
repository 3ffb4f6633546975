/** Longer timers fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The provider's time: it runs `speed` times as fast as the real one, can be advanced, and never goes back. In
 * milliseconds since 1970.
 */
export class SimulatedClock {
  #anchorMs: number;
  #anchorRealMs: number;
  #speed: number;
  readonly #listeners = new Set<() => void>();

  constructor(startMs: number, speed: number) {
    this.#anchorMs = startMs;
    this.#anchorRealMs = performance.now();
    this.#speed = speed;
  }

  get speed(): number {
    return this.#speed;
  }

  nowMs(): number {
    return this.#anchorMs + (performance.now() - this.#anchorRealMs) * this.#speed;
  }

  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }

  advance(seconds: number): void {
    this.#anchor(this.nowMs() + seconds * 1000);
  }

  setSpeed(speed: number): void {
    const nowMs = this.nowMs();
    this.#speed = speed;
    this.#anchor(nowMs);
  }

  /** Real milliseconds until that simulated time, 0 when it has passed, Infinity while the clock stands still. */
  realMsUntil(simulatedMs: number): number {
    const ahead = simulatedMs - this.nowMs();
    if (ahead <= 0) return 0;
    return this.#speed === 0 ? Number.POSITIVE_INFINITY : ahead / this.#speed;
  }

  /** Called after the clock was advanced or its speed changed, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at that simulated time, or when the signal aborts. */
  async until(simulatedMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const realMs = this.realMsUntil(simulatedMs);
      if (realMs === 0) return;
      const woken = Promise.withResolvers<undefined>();
      const wake = (): void => woken.resolve(undefined);
      const timer = setTimeout(wake, Math.min(realMs, longestTimerMs));
      const forget = this.onChange(wake);
      signal.addEventListener('abort', wake, { once: true });
      await woken.promise;
      clearTimeout(timer);
      forget();
      signal.removeEventListener('abort', wake);
    }
  }

  #anchor(nowMs: number): void {
    this.#anchorMs = nowMs;
    this.#anchorRealMs = performance.now();
    for (const listener of this.#listeners) listener();
  }
}

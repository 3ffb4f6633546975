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

  /** Called after the clock was advanced or its speed changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #anchor(nowMs: number): void {
    this.#anchorMs = nowMs;
    this.#anchorRealMs = performance.now();
    for (const listener of this.#listeners) listener();
  }
}

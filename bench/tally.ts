/** Counts messages, and measures the time from the first to the last expected one. */
export class Tally {
  #count = 0;
  #since = 0;
  readonly #done = Promise.withResolvers<number>();

  readonly #expected: number;

  constructor(expected: number) {
    this.#expected = expected;
  }

  count(): void {
    if (this.#count === 0) this.#since = performance.now();
    this.#count += 1;
    if (this.#count === this.#expected) this.#done.resolve(performance.now() - this.#since);
  }

  get elapsedMs(): Promise<number> {
    return this.#done.promise;
  }
}

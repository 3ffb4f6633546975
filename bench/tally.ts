/** Counts what arrives; the time runs from the first to the last that is wanted. */
export class Tally {
  #seen = 0;
  #since = 0;
  readonly #done = Promise.withResolvers<number>();

  readonly #wanted: number;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  count(): void {
    if (this.#seen === 0) this.#since = performance.now();
    this.#seen += 1;
    if (this.#seen === this.#wanted) this.#done.resolve(performance.now() - this.#since);
  }

  get whole(): Promise<number> {
    return this.#done.promise;
  }
}

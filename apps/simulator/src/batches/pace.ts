import { setImmediate } from 'node:timers/promises';

const longestMs = 15;

/** Yields to the event loop when a task has held it for long. Called between items. */
export class Pace {
  #since = performance.now();

  async keep(): Promise<void> {
    if (performance.now() - this.#since < longestMs) return;
    await setImmediate();
    this.#since = performance.now();
  }
}

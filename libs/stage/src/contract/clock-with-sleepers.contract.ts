import { ManualClock } from '@batchmill/testing';

/** A clock that stands until it is moved, and knows who waits for it. */
export class ClockWithSleepers extends ManualClock {
  #sleepers = 0;

  /** Sleeps that are neither over nor aborted: on the machine's clock each is a timer that keeps its process alive. */
  get sleepers(): number {
    return this.#sleepers;
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#sleepers += 1;
    await super.sleep(ms, signal);
    this.#sleepers -= 1;
  }
}

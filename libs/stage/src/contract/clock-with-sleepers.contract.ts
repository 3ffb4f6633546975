import { ManualClock } from '@batchmill/testing';

/** A manual clock that counts its sleepers. */
export class ClockWithSleepers extends ManualClock {
  #sleepers = 0;

  /** Sleeps that are neither over nor aborted. On the machine's clock each is a timer that keeps its process alive. */
  get sleepers(): number {
    return this.#sleepers;
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#sleepers += 1;
    await super.sleep(ms, signal);
    this.#sleepers -= 1;
  }
}

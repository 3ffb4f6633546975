import { Clock, SystemClock } from '@batchmill/contracts';

/** The machine's clock, moved ahead by as much as a test wants: sleeps take their real time. */
export class ShiftedClock extends Clock {
  readonly #system = new SystemClock();
  #aheadMs = 0;

  now(): Date {
    return new Date(this.#system.now().getTime() + this.#aheadMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#system.sleep(ms, signal);
  }

  advance(ms: number): void {
    this.#aheadMs += ms;
  }
}

import { Clock, SystemClock } from '@batchmill/contracts';

/** The system clock, which a test can advance. Sleeps take their real time. */
export class ShiftedClock extends Clock {
  readonly #system = new SystemClock();
  #offsetMs = 0;

  now(): Date {
    return new Date(this.#system.now().getTime() + this.#offsetMs);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#system.sleep(ms, signal);
  }

  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}

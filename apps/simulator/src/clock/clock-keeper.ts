import type { Settings } from '../storage/settings.js';
import { SimulatedClock } from './simulated-clock.js';

const saveEveryMs = 1_000;
const key = 'clock.aheadMs';

/**
 * Keeps simulated time from going back across restarts. It stores the lead over real time; a fast clock
 * is stored slightly ahead, so that not even a kill makes it repeat a time. While the simulator is
 * down, time passes at the real speed.
 */
export class ClockKeeper {
  readonly clock: SimulatedClock;
  readonly #settings: Settings;
  readonly #timer: NodeJS.Timeout;

  constructor(settings: Settings, speed: number) {
    this.#settings = settings;
    const aheadMs = settings.read<number>(key) ?? 0;
    this.clock = new SimulatedClock(Date.now() + Math.max(0, aheadMs), speed);
    this.clock.onChange(() => this.#save(2 * saveEveryMs));
    this.#timer = setInterval(() => {
      if (this.clock.speed > 1) this.#save(2 * saveEveryMs);
    }, saveEveryMs);
    this.#timer.unref();
    this.#save(2 * saveEveryMs);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#save(0);
  }

  #save(reserveRealMs: number): void {
    const reserveMs = reserveRealMs * Math.max(0, this.clock.speed - 1);
    this.#settings.write(key, this.clock.nowMs() + reserveMs - Date.now());
  }
}

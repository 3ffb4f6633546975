import { setTimeout as delay } from 'node:timers/promises';
import { Clock } from './clock.js';

/** The machine's clock. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms, undefined, signal ? { signal } : undefined).catch(() => undefined);
  }
}

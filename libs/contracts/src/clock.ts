import { setTimeout as delay } from 'node:timers/promises';

/** The time. Injected, so that tests set it. */
export abstract class Clock {
  abstract now(): Date;
  /** Resolves after `ms`, or at once when the signal is aborted. Never rejects. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(ms, undefined, signal ? { signal } : undefined).catch(() => undefined);
  }
}

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

  /** By a plain timer: the one of `timers/promises` makes an error with a stack whenever it is aborted. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const end = (): void => resolve(undefined);
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

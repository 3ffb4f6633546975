/** The time. Injected, so that rules and tests decide what time it is. */
export abstract class Clock {
  abstract now(): Date;
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

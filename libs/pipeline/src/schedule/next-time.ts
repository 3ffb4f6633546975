import { Cron } from 'croner';

/** When something is to be done, as cron says it: minute, hour, day, month, weekday, by the clocks of a time zone. */
export interface Timing {
  readonly cron: string;
  /** IANA: `Europe/Zurich`. */
  readonly timezone: string;
}

/**
 * The first time after a moment; null: there is none any more. A time that the clocks leave out when they go forward comes
 * as soon as they have; one that they show twice comes once, unless it comes every hour.
 */
export function nextTime({ cron, timezone }: Timing, after: Date): Date | null {
  return new Cron(cron, { timezone, mode: '5-part', paused: true }).nextRun(after);
}

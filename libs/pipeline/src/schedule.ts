import { Cron } from 'croner';

/** A cron expression (minute, hour, day, month, weekday) in a time zone. */
export interface Timing {
  readonly cron: string;
  /** IANA: `Europe/Zurich`. */
  readonly timezone: string;
}

/**
 * The first time after a moment; null when there is none. A time that daylight saving skips comes right after the gap. A time
 * that daylight saving repeats comes once, except in a schedule of every hour.
 */
export function nextTime({ cron, timezone }: Timing, after: Date): Date | null {
  return new Cron(cron, { timezone, mode: '5-part', paused: true }).nextRun(after);
}

export interface DueTimes {
  readonly last: Date;
  /** The number of due times, including the last one. A lower bound beyond 20,000. */
  readonly times: number;
}

const maxCounted = 20_000;

/** The times after `after`, up to and including `until`; null when there is none. */
export function dueTimes(timing: Timing, { after, until }: { after: Date; until: Date }): DueTimes | null {
  let last: Date | null = null;
  let times = 0;
  for (let at = nextTime(timing, after); at !== null && at <= until; at = nextTime(timing, at)) {
    last = at;
    times += 1;
    // After that many, only the last day is searched for the last time.
    if (times === maxCounted) at = new Date(Math.max(at.getTime(), until.getTime() - 24 * 3_600_000));
  }
  return last === null ? null : { last, times };
}

/** The run id for a pipeline, the number of the schedule in its list, from 1, and a due time: `annual-reports-s1-20260102-0300` (UTC). */
export function scheduledRunId(pipeline: string, number: number, due: Date): string {
  const at = due.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${pipeline}-s${number}-${at}`;
}

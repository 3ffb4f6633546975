import { nextTime, type Timing } from './next-time.js';

export interface DueTimes {
  readonly last: Date;
  /** How many there are, the last one included; at least so many, where there are very many. */
  readonly times: number;
}

const mostCounted = 20_000;

/** The times after one moment, up to and with another. Null: none. */
export function dueTimes(timing: Timing, { after, until }: { after: Date; until: Date }): DueTimes | null {
  let last: Date | null = null;
  let times = 0;
  for (let at = nextTime(timing, after); at !== null && at <= until; at = nextTime(timing, at)) {
    last = at;
    times += 1;
    // Nobody looked for weeks: the last of them is found from yesterday on.
    if (times === mostCounted) at = new Date(Math.max(at.getTime(), until.getTime() - 24 * 3_600_000));
  }
  return last === null ? null : { last, times };
}

import type { RunReport, Waiting } from '@batchmill/service';
import { formatTime } from '../show/format.js';

/** Shows the progress of a run. */
export interface ProgressDisplay {
  show(report: RunReport): void;
  /** What the run waits for because something went wrong; null: nothing. Shown when it lasts. */
  wait(waiting: Waiting | null): void;
  /** Prints a text, which ends with a line break, without damage to the progress. */
  print(text: string): void;
  /** `show` may be called again afterwards. */
  end(): void;
}

/** Takes the reports of a run. Prints how to resume it each time that it was paused. */
export function notePauses(print: (text: string) => void): (report: RunReport) => void {
  let isNoted = false;
  return ({ runId, pausedAt }) => {
    if (pausedAt !== null && !isNoted) print(`paused; resume it with: batchmill runs resume ${runId}\n`);
    isNoted = pausedAt !== null;
  };
}

/** Shorter waits are not worth a line. */
const shownAfterMs = 4_000;

/** Null: the run does not wait for anything, or not for long. */
export function lastingWait(waiting: Waiting | null, now: number): Waiting | null {
  return waiting === null || now - Date.parse(waiting.since) < shownAfterMs ? null : waiting;
}

/**
 * Takes what a run waits for. Prints since when and why, once for each reason, and when it goes on. The first words of a
 * message name the work, and differ from batch to batch: the rest is the reason.
 */
export function noteWaits(
  print: (text: string) => void,
  now: () => number,
): (waiting: Pick<Waiting, 'since' | 'message'> | null) => void {
  let noted: string | null = null;
  return (waiting) => {
    if (waiting === null) {
      if (noted !== null) print('goes on\n');
      noted = null;
      return;
    }
    const reason = waiting.message.slice(waiting.message.indexOf(': ') + 1);
    if (reason === noted || now() - Date.parse(waiting.since) < shownAfterMs) return;
    noted = reason;
    print(`waiting since ${formatTime(waiting.since)}: ${waiting.message}\n`);
  };
}

import type { RunReport } from '@batchmill/service';

/** Shows the progress of a run. */
export interface ProgressDisplay {
  show(report: RunReport): void;
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

import type { RunReport } from '@batchmill/service';

/** Says, each time that a run turns out to be paused, how it goes on. */
export function pausedNote(say: (text: string) => void): (report: RunReport) => void {
  let isKnown = false;
  return ({ runId, pausedAt }) => {
    if (pausedAt !== null && !isKnown) say(`paused; it goes on after: batchmill runs resume ${runId}\n`);
    isKnown = pausedAt !== null;
  };
}

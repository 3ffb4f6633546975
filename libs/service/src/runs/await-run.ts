import { endedRunStates } from '@batchmill/records';
import type { Line } from '../line.js';
import { reportRun, type RunReport } from '../reports/run-report.js';

export interface Awaiting {
  /** Called with every look, the last one included. */
  readonly onProgress?: (report: RunReport) => void;
  /** Aborted: the run is left as it is, and the last report returned. */
  readonly signal?: AbortSignal;
  readonly everyMs?: number;
}

/** Follows a run until it has ended, is stuck, or the signal is aborted. Null: no look found such a run. */
export async function awaitRun(line: Line, runId: string, awaiting: Awaiting = {}): Promise<RunReport | null> {
  const { onProgress, signal, everyMs = 250 } = awaiting;
  for (let last: RunReport | null = null; ;) {
    const run = await line.runs.get(runId);
    if (run !== null) {
      last = await reportRun(line, run);
      onProgress?.(last);
      if (endedRunStates.includes(run.state) || last.status === 'stuck') return last;
    }
    if (signal?.aborted === true) return last;
    await line.clock.sleep(everyMs, signal);
  }
}

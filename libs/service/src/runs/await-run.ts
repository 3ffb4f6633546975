import { endedRunStates } from '@batchmill/records';
import type { Engine } from '../engine.js';
import { reportRun, type RunReport } from '../reports/run-report.js';

export interface Awaiting {
  /** Called with every look, the last one included. */
  readonly onProgress?: (report: RunReport) => void;
  /** Aborted: the run is left as it is, and the last report returned. */
  readonly signal?: AbortSignal;
  /** Asked with every look; once it is false the last report is returned. */
  readonly isWorkedOn?: () => boolean;
  readonly everyMs?: number;
}

/** Follows a run until it has ended, is stuck, or there is no more to wait for. Null: no look found such a run. */
export async function awaitRun(engine: Engine, runId: string, awaiting: Awaiting = {}): Promise<RunReport | null> {
  const { onProgress, signal, isWorkedOn, everyMs = 250 } = awaiting;
  for (let last: RunReport | null = null; ;) {
    const run = await engine.runs.get(runId);
    if (run !== null) {
      last = await reportRun(engine, run);
      onProgress?.(last);
      if (hasEnded(last)) return last;
    }
    if (signal?.aborted === true || isWorkedOn?.() === false) return last;
    await engine.clock.sleep(everyMs, signal);
  }
}

/** True when nothing more happens to a run by itself. */
export function hasEnded({ status }: RunReport): boolean {
  return status === 'stuck' || endedRunStates.includes(status);
}

import type { RunReport } from '@batchmill/service';
import { exitCodes, type ExitCode } from '../shell.js';

/** What a script is told of a run; null: it was stopped before anything of it was seen. */
export function exitCodeOf(report: Pick<RunReport, 'status' | 'failed' | 'left'> | null): ExitCode {
  if (report === null) return exitCodes.stopped;
  switch (report.status) {
    case 'awaited':
    case 'requested':
    case 'running':
      return exitCodes.stopped;
    case 'rejected':
      return exitCodes.didNotRun;
    case 'cancelled':
    case 'incomplete':
    case 'stuck':
      return exitCodes.someFailed;
    case 'finished':
      return report.failed + report.left > 0 ? exitCodes.someFailed : exitCodes.succeeded;
  }
}

import type { RunReport } from '@batchmill/service';

/**
 * The exit codes, for scripts. 3 also stands for documents that are left, taken over by another run, parked or held,
 * for differences that `audit` and `verify` find, and for an index that `indexes` misses.
 */
export const exitCodes = { allSucceeded: 0, didNotRun: 1, someFailed: 3, stopped: 130 } as const;

export function exitCodeOf({ status, failed, left, takenOver }: RunReport): number {
  switch (status) {
    case 'rejected':
      return exitCodes.didNotRun;
    case 'awaited':
    case 'requested':
    case 'running':
      return exitCodes.stopped;
    case 'parked':
    case 'held':
    case 'cancelled':
    case 'incomplete':
    case 'finished':
      return failed + left + takenOver > 0 || status === 'parked' || status === 'held'
        ? exitCodes.someFailed
        : exitCodes.allSucceeded;
  }
}

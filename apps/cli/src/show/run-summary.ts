import type { RunReport } from '@batchmill/service';
import { count, counted, duration, percent, usd } from './numbers.js';
import { pairs } from './table.js';

export interface Summing {
  readonly report: RunReport;
  /** What went wrong, each kind once. */
  readonly errors: readonly string[];
  readonly home: string;
  /** Warnings and errors that nobody has seen yet, and where they stand. */
  readonly troubles: number;
  readonly logFile: string;
  /** What to do now; empty when there is nothing to suggest. */
  readonly next: readonly string[];
}

/** What became of a run. */
export function runSummary({ report, errors, home, troubles, logFile, next }: Summing): string[] {
  const { cost, tokens, requests, batches } = report;
  const lines: (readonly [string, string])[] = [];
  if (requests > 0) {
    const spent = `${count(tokens.input)} tokens in, ${count(tokens.output)} out`;
    lines.push(['requests', `${count(requests)} in ${counted(batches, 'batch', 'batches')}, ${spent}`]);
    lines.push(['cost', costText(cost)]);
  }
  for (const error of errors) lines.push(['error', error]);
  lines.push(['data', home]);
  if (troubles > 0) lines.push(['log', `${counted(troubles, 'warning')} in ${logFile}`]);
  for (const suggestion of next) lines.push(['next', suggestion]);
  return [outcome(report), ...pairs(lines)];
}

/** `$1.00 with the Batch API, $2.00 synchronously: $1.00 saved (50 %)` */
export function costText({ usd: paid, synchronousUsd, savedUsd }: RunReport['cost']): string {
  if (paid === null || synchronousUsd === null || savedUsd === null) {
    return 'unknown: the price of a model is not known; BATCHMILL_PRICES names a file of prices';
  }
  const share = percent(savedUsd, synchronousUsd);
  const saved = share === null ? '' : `: ${usd(savedUsd)} saved (${share})`;
  return `${usd(paid)} with the Batch API, ${usd(synchronousUsd)} synchronously${saved}`;
}

function outcome(report: RunReport): string {
  const { runId, status, total, succeeded, failed, left, startedAt, finishedAt, reason } = report;
  if (status === 'rejected') return `${runId} did not run: ${reason ?? 'rejected'}`;
  if (status === 'finished' && total === 0) return `${runId} finished: total 0, no document has anything to be done`;
  const counts = [
    `${count(total)} documents`,
    `${count(succeeded)} succeeded`,
    `${count(failed)} failed`,
    ...(left > 0 ? [`${count(left)} left`] : []),
  ].join(', ');
  if (startedAt === null || finishedAt === null) return `${runId} ${status}: ${counts}`;
  return `${runId} ${status}: ${counts}, in ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}`;
}

import type { RunReport } from '@batchmill/service';
import { count, duration, moment, usd } from './amounts.js';

/** What a person wants to know of a run that ended, a fact per line. */
export function runSummary(report: RunReport): string {
  const { runId, pipeline, endpoint, status, total, requests, batches, tokens, cost } = report;
  const lines = [`run       ${runId} (${pipeline ?? 'no pipeline'}${endpoint === null ? '' : `, ${endpoint}`})`];
  lines.push(`status    ${status}${report.reason === null ? '' : `: ${report.reason}`}`);
  if (report.pausedAt !== null) {
    lines.push(`paused    since ${moment(report.pausedAt)}; batchmill runs resume ${runId} lets it go on`);
  }
  if (total === 0) {
    if (status === 'finished') lines.push('nothing found that is pending: total 0');
    return `${lines.join('\n')}\n`;
  }
  lines.push(`documents ${documentsText(report)}`);
  if (report.failed > 0 && report.firstError !== null) lines.push(`error     ${report.firstError}`);
  lines.push(`requests  ${count(requests)} in ${count(batches)} ${batches === 1 ? 'batch' : 'batches'}`);
  lines.push(`tokens    ${count(tokens.input)} in, ${count(tokens.output)} out`);
  lines.push(`cost      ${usd(cost.usd)}, synchronously ${usd(cost.synchronousUsd)}: ${usd(cost.savedUsd)} saved`);
  if (report.startedAt !== null && report.finishedAt !== null) {
    lines.push(`time      ${duration(Date.parse(report.finishedAt) - Date.parse(report.startedAt))}`);
  }
  return `${lines.join('\n')}\n`;
}

function documentsText({ finishedAt, total, succeeded, failed, left, takenOver }: RunReport): string {
  const seen = finishedAt === null ? `${count(total)} claimed` : `${count(succeeded + failed)} processed`;
  return [
    seen,
    `${count(succeeded)} succeeded`,
    `${count(failed)} failed`,
    ...(left > 0 ? [`${count(left)} left`] : []),
    ...(takenOver > 0 ? [`${count(takenOver)} taken over by other runs`] : []),
  ].join(', ');
}

/** The JSON of `run --json` and `runs show --json`. */
export function runJson(report: RunReport): Record<string, unknown> {
  const { runId, pipeline, endpoint, status, total, succeeded, failed, left, takenOver, reason } = report;
  const { requests, batches, tokens, cost, firstError, pausedAt, startedAt, finishedAt } = report;
  return {
    runId,
    pipeline,
    endpoint,
    status,
    total,
    succeeded,
    failed,
    left,
    takenOver,
    requests,
    batches,
    tokens,
    cost,
    pausedAt,
    startedAt,
    finishedAt,
    ...(firstError === null ? {} : { firstError }),
    ...(reason === null ? {} : { reason }),
  };
}

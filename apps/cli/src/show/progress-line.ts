import type { RunReport } from '@batchmill/service';
import { count, duration, usd } from './amounts.js';

/** How far a run is, on one line of at most so many columns. */
export function progressLine(report: RunReport, { columns, now }: { columns: number; now: number }): string {
  const { progress, status, pausedAt, cost, startedAt, finishedAt } = report;
  const { claimed, built, submitted, settled, answered, givenUp, parked } = progress;
  const until = finishedAt === null ? now : Date.parse(finishedAt);
  const parts = [
    `${count(claimed)} claimed`,
    ...(built > 0 ? [`${count(built)} to send`] : []),
    ...(submitted > 0 ? [`${count(submitted)} at the provider`] : []),
    ...(settled > 0 ? [`${count(settled)} coming home`] : []),
    `${count(answered)} answered`,
    ...(givenUp > 0 ? [`${count(givenUp)} failed`] : []),
    ...(parked > 0 ? [`${count(parked)} parked`] : []),
    usd(cost.usd),
    ...(startedAt === null ? [] : [duration(until - Date.parse(startedAt))]),
  ];
  return `${pausedAt === null ? status : 'paused'}: ${parts.join(' · ')}`.slice(0, Math.max(20, columns));
}

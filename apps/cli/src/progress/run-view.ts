import type { RunReport } from '@batchmill/service';
import { formatCount, formatDuration, formatQuantity, formatUsd } from '../show/format.js';

const labelColumns = 12;
const barColumns = 24;

/** The progress of a run, a line per stage: always the same number of lines, none wider than the terminal. */
export function runView(report: RunReport, { columns, now }: { columns: number; now: number }): string[] {
  const { status, pausedAt, pipeline, endpoint, requests, tokens, cost } = report;
  const { claimed, built, submitted, doneAtProvider, settled, answered, givenUp } = report.progress;
  const done = doneAtProvider === 0 ? '' : `, ${formatCount(doneAtProvider)} done there`;
  const failed = givenUp === 0 ? '' : `, ${formatCount(givenUp)} failed`;
  const barOf = (part: number): string => bar(requests === 0 ? 0 : part / requests, barColumns);
  const lines = [
    [
      pausedAt === null ? status : 'paused',
      `${elapsed(report, now)}${pipeline ?? ''}${endpoint === null ? '' : `, ${endpoint}`}`,
    ],
    ['scan', `${formatQuantity(claimed, 'document')} claimed${scanText(report)}${stuckText(report)}`],
    ['to submit', `${barOf(built)} ${formatCount(built)}`],
    ['at provider', `${barOf(submitted)} ${formatCount(submitted)}${done}`],
    ['ingesting', `${barOf(settled)} ${formatCount(settled)}`],
    ['answered', `${barOf(answered)} ${formatCount(answered)} of ${formatCount(requests)}${failed}`],
    ['tokens', `${formatCount(tokens.input)} in, ${formatCount(tokens.output)} out`],
    ['cost', `${formatUsd(cost.usd)} so far, ${formatUsd(cost.savedUsd)} saved`],
  ];
  return lines.map(([label = '', text = '']) => `${label.padEnd(labelColumns)}${text}`.slice(0, columns));
}

function elapsed({ startedAt, finishedAt }: RunReport, now: number): string {
  if (startedAt === null) return '';
  const until = finishedAt === null ? now : Date.parse(finishedAt);
  return `${formatDuration(until - Date.parse(startedAt))} · `;
}

function scanText({ progress: { scanEnded, awaitsTrial } }: RunReport): string {
  if (awaitsTrial) return ' as a trial; the rest follows its first answer';
  return scanEnded ? '' : ' so far';
}

function stuckText({ progress: { parked, held } }: RunReport): string {
  const parkedText = parked === 0 ? '' : `; ${formatCount(parked)} parked: batchmill parked list`;
  return held === 0 ? parkedText : `${parkedText}; ${formatCount(held)} held: batchmill batch list`;
}

/** At least one block is filled for any share above 0, and the last one only for the whole. */
export function bar(share: number, columns: number): string {
  const least = share > 0 ? 1 : 0;
  const most = share < 1 ? columns - 1 : columns;
  const filled = Math.min(most, Math.max(least, Math.round(share * columns)));
  return '█'.repeat(filled) + '░'.repeat(columns - filled);
}

import type { RunReport } from '@batchmill/service';
import { count, duration, usd } from './amounts.js';
import { bar } from './bar.js';

const labelColumns = 12;
const barColumns = 24;

/** How far a run is, stage by stage: always the same number of lines, none wider than the terminal. */
export function runView(report: RunReport, { columns, now }: { columns: number; now: number }): string[] {
  const { status, pausedAt, pipeline, endpoint, requests, tokens, cost } = report;
  const { scanEnded, claimed, built, submitted, doneAtProvider, settled, answered, givenUp } = report.progress;
  const there = doneAtProvider === 0 ? '' : `, ${count(doneAtProvider)} done there`;
  const failed = givenUp === 0 ? '' : `, ${count(givenUp)} failed`;
  const share = (part: number): string => bar(requests === 0 ? 0 : part / requests, barColumns);
  const lines = [
    [
      pausedAt === null ? status : 'paused',
      `${elapsed(report, now)}${pipeline ?? ''}${endpoint === null ? '' : `, ${endpoint}`}`,
    ],
    ['scan', `${count(claimed)} documents claimed${scanEnded ? '' : ' so far'}${parkedText(report)}`],
    ['to send', `${share(built)} ${count(built)}`],
    ['at provider', `${share(submitted)} ${count(submitted)}${there}`],
    ['coming home', `${share(settled)} ${count(settled)}`],
    ['answered', `${share(answered)} ${count(answered)} of ${count(requests)}${failed}`],
    ['tokens', `${count(tokens.input)} in, ${count(tokens.output)} out`],
    ['cost', `${usd(cost.usd)} so far, ${usd(cost.savedUsd)} saved`],
  ];
  return lines.map(([label = '', text = '']) => `${label.padEnd(labelColumns)}${text}`.slice(0, columns));
}

function elapsed({ startedAt, finishedAt }: RunReport, now: number): string {
  if (startedAt === null) return '';
  const until = finishedAt === null ? now : Date.parse(finishedAt);
  return `${duration(until - Date.parse(startedAt))} · `;
}

function parkedText({ progress: { parked } }: RunReport): string {
  return parked === 0 ? '' : `; ${count(parked)} parked: batchmill parked list`;
}

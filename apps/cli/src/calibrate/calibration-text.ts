import { formatCount, formatDuration, formatQuantity, formatTime } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine } from '../show/terminal.js';
import { shares, type CalibrationReport, type KindReport, type LimitReport } from './calibration-report.js';

const columns: readonly Column[] = [
  { title: 'MODEL' },
  { title: 'ENDPOINT', spare: 2 },
  { title: 'BATCHES', right: true },
  ...Object.keys(shares).map((name): Column => {
    const title = name.toUpperCase();
    return name === 'p50' || name === 'p90' ? { title, right: true } : { title, right: true, spare: 1 };
  }),
  { title: 'BEGAN P50', right: true, spare: 4 },
  { title: 'BEGAN P90', right: true, spare: 4 },
  { title: 'EXPIRED', right: true, spare: 3 },
  { title: 'FAILED', right: true, spare: 3 },
  { title: 'REQUESTS/H', right: true, spare: 5 },
];

export function calibrationText({ since, batches, kinds, limits }: CalibrationReport, maxColumns: number): string {
  if (batches === 0) return `no batches of this account since ${formatTime(since)}\n`;
  const unnamed = kinds.filter(({ model }) => model === null).reduce((sum, kind) => sum + kind.batches, 0);
  return [
    `${formatQuantity(batches, 'batch', 'batches')} of this account since ${formatTime(since)}, from creation to end:\n`,
    table(columns, kinds.map(rowOf), maxColumns),
    ...limits.map(limitLine),
    unnamed === 0
      ? ''
      : `${formatQuantity(unnamed, 'batch', 'batches')} whose model the provider does not name: nothing is kept of them\n`,
  ].join('');
}

function rowOf({ model, endpoint, turnaround, toStart, requestsPerHour, ...counts }: KindReport): string[] {
  const { batches, completed, expired, failed, cancelled } = counts;
  const settled = completed + expired + failed + cancelled;
  return [
    sanitizeLine(model ?? 'not named'),
    sanitizeLine(endpoint),
    formatCount(batches),
    ...Object.keys(shares).map((name) => seconds(turnaround[name as keyof typeof shares])), // the keys of a constant
    seconds(toStart.p50),
    seconds(toStart.p90),
    percent(expired, settled),
    percent(failed, settled),
    requestsPerHour === null ? '' : formatCount(requestsPerHour),
  ];
}

function limitLine({ model, limited, value, namedAt, learned }: LimitReport): string {
  const fate = learned ? 'learned for a day' : 'not learned: the one that was learned here counts';
  return `queue of ${sanitizeLine(model)}: ${formatCount(value)} ${limited}, named at ${formatTime(namedAt)}; ${fate}\n`;
}

function seconds(value: number | null): string {
  return value === null ? '' : formatDuration(value * 1000);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '' : `${Math.round((100 * part) / whole)}%`;
}

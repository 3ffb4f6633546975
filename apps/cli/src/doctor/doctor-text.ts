import type { Settings } from '@batchmill/service';
import { styleText } from 'node:util';
import { formatQuantity } from '../show/format.js';
import { sanitizeLine, wrapText } from '../show/terminal.js';
import type { CheckResult } from './run-checks.js';
import type { Finding, Level } from './finding.js';

export interface TextOptions {
  readonly columns: number;
  readonly isColoured: boolean;
}

const signs = {
  ok: { sign: 'ok', colour: 'green' },
  warning: { sign: 'warning', colour: 'yellow' },
  failed: { sign: 'FAIL', colour: 'red' },
  skipped: { sign: '–', colour: 'gray' },
} as const satisfies Record<Level, { sign: string; colour: string }>;

const signColumns = 10;
/** Commands stay readable in a narrow terminal and in a ticket. */
const maxColumns = 80;

export function headingText(group: string, { isColoured }: TextOptions): string {
  return `${isColoured ? styleText('bold', group, { validateStream: false }) : group}\n`;
}

/** A line per finding, and below one that is not all right the reason and what to do. */
export function findingText({ level, text, reason, remedy }: Finding, options: TextOptions): string {
  const { sign, colour } = signs[level];
  const columns = Math.min(options.columns, maxColumns) - signColumns;
  const [first = '', ...more] = wrapText(sanitizeLine(text), columns);
  const padded = sign.padEnd(signColumns - 2);
  const shown = options.isColoured ? styleText(colour, padded, { validateStream: false }) : padded;
  const below = [
    ...more,
    ...(reason === null ? [] : reason.split('\n').flatMap((line) => wrapText(sanitizeLine(line), columns))),
    ...(remedy === null ? [] : wrapText(`do: ${sanitizeLine(remedy)}`, columns)),
  ];
  return [`  ${shown}${first}`, ...below.map((line) => `${' '.repeat(signColumns)}${line}`)].join('\n').concat('\n');
}

/** The last line. */
export function summaryText(results: readonly CheckResult[]): string {
  const levels = results.flatMap(({ findings }) => findings.map(({ level }) => level));
  const count = (level: Level): number => levels.filter((each) => each === level).length;
  const skipped = count('skipped');
  return [
    count('failed') === 0 ? 'nothing is wrong' : `${formatQuantity(count('failed'), 'thing is', 'things are')} wrong`,
    formatQuantity(count('warning'), 'warning'),
    ...(skipped === 0 ? [] : [`${skipped} not known`]),
  ]
    .join(', ')
    .concat('\n');
}

export function hasFailed(results: readonly CheckResult[]): boolean {
  return results.some(({ findings }) => findings.some(({ level }) => level === 'failed'));
}

/** The JSON of `doctor --json`. */
export function doctorJson(results: readonly CheckResult[], settings: Settings): Record<string, unknown> {
  return {
    ok: !hasFailed(results),
    checks: results.map(({ check: { name, group, title }, findings }) => ({
      name,
      group,
      title: title(settings),
      findings,
    })),
  };
}

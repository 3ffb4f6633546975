import { cutText, fitLines, type Part } from '../show/fit-line.js';
import { formatClock, formatQuantity } from '../show/format.js';
import type { Paint, Style } from '../show/paint.js';
import { wrapText } from '../show/terminal.js';
import { currentWork } from './current-work.js';
import {
  batchParts,
  costParts,
  deadlineParts,
  documentParts,
  elapsedOf,
  endParts,
  failureParts,
  nameOf,
  percentOf,
  requestParts,
  retryParts,
  statusOf,
  type Shown,
} from './progress-parts.js';

const labelColumns = 11;
const maxReasonLines = 4;

/** The progress of a run, a line per thing, none wider than the terminal. */
export function runView(
  shown: Shown,
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[] {
  const { report, now } = shown;
  const { runId, progress, outlook } = report;
  const status = statusOf(shown);
  const work = currentWork(shown);
  const line = (label: string, style: Style, parts: readonly Part[], lines = 1): string[] => {
    return parts.length === 0 ? [] : labelled(label, style, { parts, lines, columns, paint });
  };
  const dim = (label: string, parts: readonly Part[]): string[] => line(label, 'dim', parts);
  return [
    ...line(status.text, status.style, [
      { text: nameOf(report, Math.max(12, Math.floor(columns / 2))), weight: 7, style: 'bold' },
      { text: `run ${cutText(runId, Math.floor(columns / 3))}`, weight: 6 },
      { text: elapsedOf(shown), weight: 8 },
      { text: `${formatClock(now)} UTC`, weight: 9, style: 'dim' },
    ]),
    ...dim('documents', [...barParts(report, columns), ...documentParts(report)]),
    ...dim('requests', requestParts(report)),
    ...dim('batches', batchParts(report)),
    ...(work.reason === null
      ? line(work.label, 'dim', work.parts, 3)
      : reasonLines(work.label, work.reason, { columns, paint })),
    ...(outlook.atProviderSince === null ? [] : line('retrying', 'yellow', retryParts(shown))),
    ...line('failed', 'red', failureParts(report)),
    ...line('parked', 'red', stuckParts(progress.parked, 'record', 'batchmill parked list')),
    ...line('held', 'yellow', stuckParts(progress.held, 'batch', `batchmill batch list --run ${runId}`)),
    ...line('idle', 'yellow', stuckParts(progress.idle, 'batch', `batchmill batch list --run ${runId}`)),
    ...dim('end', endParts(shown)),
    ...dim('deadline', deadlineParts(shown)),
    ...dim('cost', costParts(report)),
  ];
}

interface LineOptions {
  readonly columns: number;
  readonly paint: Paint;
}

/** The label stands before the first line. */
function labelled(
  label: string,
  style: Style,
  { parts, lines, columns, paint }: LineOptions & { readonly parts: readonly Part[]; readonly lines: number },
): string[] {
  const name = label.slice(0, Math.min(labelColumns - 1, columns));
  const texts = fitLines(parts, { columns: Math.max(0, columns - labelColumns), lines, paint });
  return texts.map((text, index) => {
    const start = index === 0 ? paint(style, name) + ' '.repeat(labelColumns - name.length) : ' '.repeat(labelColumns);
    return text === '' ? start.trimEnd() : start + text;
  });
}

/** Breaks the reason over some lines. */
function reasonLines(label: string, reason: string, { columns, paint }: LineOptions): string[] {
  const width = Math.max(10, columns - labelColumns);
  const wrapped = wrapText(reason, width);
  const texts = wrapped.slice(0, maxReasonLines);
  if (wrapped.length > maxReasonLines)
    texts.push(cutText(`${texts.pop() ?? ''} ${wrapped[maxReasonLines] ?? ''}`, width));
  const parts = texts.map((text) => ({ text, weight: 1, style: 'yellow' }) as const);
  return parts.flatMap((part, index) => {
    return labelled(index === 0 ? label : '', 'yellow', { parts: [part], lines: 1, columns, paint });
  });
}

function stuckParts(count: number, noun: 'record' | 'batch', command: string): Part[] {
  if (count === 0) return [];
  const plural = noun === 'batch' ? 'batches' : 'records';
  return [
    { text: formatQuantity(count, noun, plural), weight: 9 },
    { text: command, weight: 8, glue: ': ' },
  ];
}

/** The percentage, and a bar that takes a quarter of the line. */
function barParts(report: Shown['report'], columns: number): Part[] {
  const percent = percentOf(report);
  if (percent === null) return [];
  const { processed, claimed } = report.progress;
  const share = report.finishedAt === null ? Math.min(processed / claimed, 0.999) : processed / claimed;
  return [
    { text: bar(share, Math.min(40, Math.floor(columns / 4))), weight: 1, style: 'green' },
    { text: `${percent}%`, weight: 7, style: 'bold', glue: ' ' },
  ];
}

/** At least one block is filled for any share above 0, and the last one only for the whole. */
export function bar(share: number, columns: number): string {
  const least = share > 0 ? 1 : 0;
  const most = share < 1 ? columns - 1 : columns;
  const filled = Math.min(most, Math.max(least, Math.round(share * columns)));
  return '█'.repeat(filled) + '░'.repeat(columns - filled);
}

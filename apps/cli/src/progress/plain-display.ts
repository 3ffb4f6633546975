import type { RunReport, Waiting } from '@batchmill/service';
import { fitLine, fitParts, type Part } from '../show/fit-line.js';
import { formatTime, formatUsd, formatWhen } from '../show/format.js';
import { noPaint, paintFor, type Paint } from '../show/paint.js';
import { terminalColumns, type Terminal } from '../show/terminal.js';
import { currentWork } from './current-work.js';
import { lastingWait, notePauses, noteWaits, type ProgressDisplay } from './progress-display.js';
import { documentParts, elapsedOf, endParts, percentOf, requestParts, statusOf, type Shown } from './progress-parts.js';

const minIntervalMs = 5_000;
const firstIdleMs = 60_000;
const maxIdleMs = 15 * 60_000;

/**
 * For files and pipes. Prints a line at once when something new happens, every few seconds while numbers change, and while they
 * do not, after a minute, and then after longer and longer, up to a quarter of an hour.
 */
export class PlainDisplay implements ProgressDisplay {
  #printedAt = -Infinity;
  #printed: ProgressLine | null = null;
  #latest: ProgressLine | null = null;
  #waiting: Waiting | null = null;
  #idleMs = firstIdleMs;
  readonly #shapes = new Set<string>();
  readonly #paint: Paint;
  readonly #noteWait: (waiting: Waiting | null) => void;
  readonly #notePause: (report: RunReport) => void;

  constructor(
    private readonly out: Terminal,
    private readonly now: () => number,
  ) {
    this.#paint = paintFor(out);
    const note = (text: string): unknown => this.out.write(`${formatTime(new Date(now()))} ${text}`);
    this.#noteWait = noteWaits(note, now);
    this.#notePause = notePauses(note);
  }

  show(report: RunReport): void {
    const now = this.now();
    this.#notePause(report);
    const line = progressLine(
      { report, waiting: lastingWait(this.#waiting, now), now },
      { columns: terminalColumns(this.out), paint: this.#paint },
    );
    this.#latest = line;
    const hasChanged = line.facts !== this.#printed?.facts;
    if (hasChanged) this.#idleMs = firstIdleMs;
    const intervalMs = hasChanged ? minIntervalMs : this.#idleMs;
    if (this.#shapes.has(shapeOf(line)) && now - this.#printedAt < intervalMs) return;
    if (!hasChanged) this.#idleMs = Math.min(maxIdleMs, this.#idleMs * 2);
    this.#shapes.add(shapeOf(line));
    this.#print(line);
  }

  wait(waiting: Waiting | null): void {
    this.#waiting = waiting;
    this.#noteWait(waiting);
  }

  print(text: string): void {
    this.out.write(text);
  }

  end(): void {
    if (this.#latest !== null && this.#latest.facts !== this.#printed?.facts) this.#print(this.#latest);
    this.#latest = this.#printed;
  }

  #print(line: ProgressLine): void {
    this.out.write(`${line.text}\n`);
    this.#printed = line;
    this.#printedAt = this.now();
  }
}

export interface ProgressLine {
  readonly text: string;
  /** The same without what changes with time alone. */
  readonly facts: string;
}

/** The progress of a run on one line of at most so many columns. Each group of counts names what it counts. */
export function progressLine(shown: Shown, { columns, paint }: { columns: number; paint: Paint }): ProgressLine {
  const { report, waiting, now } = shown;
  const { progress, cost } = report;
  const status = statusOf(shown);
  const percent = percentOf(report);
  const work = currentWork(shown);
  const waitingFor = work.label === 'waiting' ? work.parts.filter(({ weight }) => weight > 7) : [];
  const facts: Part[] = [
    { text: status.text, weight: 98, style: status.style, glue: ' ' },
    ...(percent === null ? [] : [{ text: `${percent}%`, weight: 97, style: 'bold', glue: ' ' } as const]),
    ...grouped('documents', documentParts(report), (weight) => 80 + weight),
    ...(report.requests > 0 ? grouped('requests', requestParts(report), (weight) => 30 + 5 * weight) : []),
    ...(progress.parked > 0 ? [{ text: `${progress.parked} parked`, weight: 95, style: 'red' } as const] : []),
    ...(progress.held > 0 ? [{ text: `${progress.held} held`, weight: 94, style: 'yellow' } as const] : []),
    ...(progress.idle > 0 ? [{ text: `${progress.idle} idle`, weight: 94, style: 'yellow' } as const] : []),
    ...(waiting === null ? [] : [{ text: `waiting since ${formatWhen(waiting.since, now)}`, weight: 93 }]),
    ...waitingFor.map((part, index) => {
      return { ...part, text: index === 0 ? `waiting ${part.text}` : part.text, weight: part.weight === 9 ? 59 : 47 };
    }),
    ...(cost.usd === null ? [] : [{ text: formatUsd(cost.usd), weight: 58 }]),
  ];
  const later: Part[] = [
    { text: elapsedOf(shown), weight: 57 },
    ...work.parts.filter(({ weight }) => weight === 7).map((part) => ({ ...part, weight: 49 })),
    ...grouped('end', endParts(shown), (weight) => (weight < 8 ? 32 : 43) + weight),
  ];
  const clock: Part = { text: formatTime(new Date(now)), weight: 96, style: 'dim' };
  const parts = [clock, ...facts, ...later];
  const shownFacts = fitParts(parts, { columns, lines: 1 }).filter((part) => facts.includes(part));
  return { text: fitLine(parts, columns, paint), facts: fitLine(shownFacts, columns, noPaint) };
}

function grouped(group: string, parts: readonly Part[], weigh: (weight: number) => number): Part[] {
  return parts.map((part) => ({ ...part, group, weight: weigh(part.weight) }));
}

function shapeOf({ facts }: ProgressLine): string {
  return facts.replaceAll(/[\d.,$<]+/g, '');
}

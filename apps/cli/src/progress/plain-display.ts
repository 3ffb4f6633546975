import type { RunReport } from '@batchmill/service';
import { formatCount, formatDuration, formatUsd } from '../show/format.js';
import type { ProgressDisplay } from './progress-display.js';

const columns = 200;
const minIntervalMs = 5_000;
const maxIntervalMs = 60_000;

/**
 * For files and pipes. Prints a line at once when something new happens, every few seconds while numbers change, and once a
 * minute while they do not.
 */
export class PlainDisplay implements ProgressDisplay {
  #printedAt = -Infinity;
  #printed = '';
  #latest = '';
  readonly #shapes = new Set<string>();

  constructor(
    private readonly out: { write(text: string): unknown },
    private readonly now: () => number,
  ) {}

  show(report: RunReport): void {
    const now = this.now();
    this.#latest = progressLine(report, { columns, now });
    const shape = withoutNumbers(this.#latest);
    const sinceMs = now - this.#printedAt;
    const hasChanged = withoutTime(this.#latest) !== withoutTime(this.#printed);
    if (this.#shapes.has(shape) && sinceMs < (hasChanged ? minIntervalMs : maxIntervalMs)) return;
    this.#shapes.add(shape);
    this.#print(now);
  }

  print(text: string): void {
    this.out.write(text);
  }

  end(): void {
    if (withoutTime(this.#latest) !== withoutTime(this.#printed)) this.#print(this.now());
    this.#latest = this.#printed;
  }

  #print(now: number): void {
    this.out.write(`${this.#latest}\n`);
    this.#printed = this.#latest;
    this.#printedAt = now;
  }
}

/** The progress of a run on one line of at most so many columns. */
export function progressLine(report: RunReport, { columns, now }: { columns: number; now: number }): string {
  const { progress, status, pausedAt, cost, startedAt, finishedAt } = report;
  const { claimed, awaitsTrial, built, submitted, settled, answered, givenUp, parked, held } = progress;
  const until = finishedAt === null ? now : Date.parse(finishedAt);
  const parts = [
    `${formatCount(claimed)} claimed${awaitsTrial ? ' as a trial' : ''}`,
    ...(built > 0 ? [`${formatCount(built)} to submit`] : []),
    ...(submitted > 0 ? [`${formatCount(submitted)} at the provider`] : []),
    ...(settled > 0 ? [`${formatCount(settled)} ingesting`] : []),
    `${formatCount(answered)} answered`,
    ...(givenUp > 0 ? [`${formatCount(givenUp)} failed`] : []),
    ...(parked > 0 ? [`${formatCount(parked)} parked`] : []),
    ...(held > 0 ? [`${formatCount(held)} held`] : []),
    formatUsd(cost.usd),
    ...(startedAt === null ? [] : [formatDuration(until - Date.parse(startedAt))]),
  ];
  return `${pausedAt === null ? status : 'paused'}: ${parts.join(' · ')}`.slice(0, Math.max(20, columns));
}

function withoutNumbers(line: string): string {
  return withoutTime(line).replaceAll(/[\d.,$<]+/g, '');
}

/** Cuts the cost and the time off, which are the last parts. */
function withoutTime(line: string): string {
  return line.slice(0, Math.max(0, line.lastIndexOf('$')));
}

import type { RunReport } from '@batchmill/service';
import type { ProgressDisplay } from './display.js';
import { progressLine } from './progress-line.js';

const columns = 200;
const atMostEveryMs = 5_000;
const atLeastEveryMs = 60_000;

/**
 * For files and pipes: a line when something new happens, every few seconds while numbers change, and once a minute while
 * they do not.
 */
export class PlainDisplay implements ProgressDisplay {
  #lastAt = -Infinity;
  #last = '';
  #latest = '';
  readonly #kinds = new Set<string>();

  constructor(
    private readonly out: { write(text: string): unknown },
    private readonly now: () => number,
  ) {}

  show(report: RunReport): void {
    const now = this.now();
    this.#latest = progressLine(report, { columns, now });
    const kind = kindOf(this.#latest);
    const sinceMs = now - this.#lastAt;
    const hasChanged = withoutTime(this.#latest) !== withoutTime(this.#last);
    if (this.#kinds.has(kind) && sinceMs < (hasChanged ? atMostEveryMs : atLeastEveryMs)) return;
    this.#kinds.add(kind);
    this.#write(now);
  }

  say(text: string): void {
    this.out.write(text);
  }

  end(): void {
    if (withoutTime(this.#latest) !== withoutTime(this.#last)) this.#write(this.now());
    this.#latest = this.#last;
  }

  #write(now: number): void {
    this.out.write(`${this.#latest}\n`);
    this.#last = this.#latest;
    this.#lastAt = now;
  }
}

/** What is said, whatever the numbers are. */
function kindOf(line: string): string {
  return withoutTime(line).replaceAll(/[\d.,$<]+/g, '');
}

/** Time passes by itself: it is no news. */
function withoutTime(line: string): string {
  return line.slice(0, Math.max(0, line.lastIndexOf('$')));
}

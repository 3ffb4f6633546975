import cliProgress from 'cli-progress';
import type { RunReport } from '@batchmill/service';
import { isTerminal, writeLine, type Output, type Shell } from '../shell.js';
import { progressLine } from './progress-line.js';
import { progressRows, type ProgressNow } from './progress-rows.js';

/** Shows how far a run is, again and again. */
export interface ProgressDisplay {
  readonly isLive: boolean;
  show(report: RunReport, requestsPerDocument: number): void;
  /** Leaves the last state standing. Others may write from here on. */
  end(): void;
}

/** Drawn anew on a terminal; elsewhere a line when something changed. */
export function progressDisplay(output: Output, env: Shell['env']): ProgressDisplay {
  return isTerminal(output, env) ? new LiveDisplay(output) : new PlainDisplay(output);
}

const redrawsPerSecond = 8;

class LiveDisplay implements ProgressDisplay {
  readonly isLive = true;
  readonly #output: Output;
  readonly #begun = performance.now();
  #bars: cliProgress.MultiBar | null = null;
  #now: Omit<ProgressNow, 'elapsedMs'> | null = null;

  constructor(output: Output) {
    this.#output = output;
  }

  show(report: RunReport, requestsPerDocument: number): void {
    this.#now = { report, requestsPerDocument };
    this.#bars ??= this.#draw(this.#now);
  }

  end(): void {
    this.#bars?.stop();
    this.#bars = null;
  }

  #draw(now: Omit<ProgressNow, 'elapsedMs'>): cliProgress.MultiBar {
    const bars = new cliProgress.MultiBar({
      stream: this.#output as NodeJS.WriteStream, // isTerminal looked at it
      fps: redrawsPerSecond,
      hideCursor: true,
      linewrap: false,
      gracefulExit: false,
      format: () => '',
    });
    for (const row of progressRows({ ...now, elapsedMs: 0 }, this.#width).keys()) {
      bars.create(1, 0, {}, { format: () => this.#rows()[row] ?? '' });
    }
    return bars;
  }

  #rows(): string[] {
    if (this.#now === null) return [];
    return progressRows({ ...this.#now, elapsedMs: elapsed(this.#now.report, performance.now() - this.#begun) }, this.#width);
  }

  get #width(): number {
    return (this.#output.columns ?? 80) - 1;
  }
}

/** The run's own time, where it has ended. */
function elapsed({ startedAt, finishedAt }: RunReport, watchedMs: number): number {
  if (startedAt === null || finishedAt === null) return watchedMs;
  return Date.parse(finishedAt) - Date.parse(startedAt);
}

const betweenLinesMs = 2_000;

class PlainDisplay implements ProgressDisplay {
  readonly isLive = false;
  readonly #output: Output;
  #written = '';
  #writtenAt = Number.NEGATIVE_INFINITY;
  #waiting: string | null = null;

  constructor(output: Output) {
    this.#output = output;
  }

  show(report: RunReport): void {
    const line = progressLine(report);
    this.#waiting = line === this.#written ? null : line;
    if (this.#waiting !== null && performance.now() - this.#writtenAt >= betweenLinesMs) this.#write(this.#waiting);
  }

  end(): void {
    if (this.#waiting !== null) this.#write(this.#waiting);
  }

  #write(line: string): void {
    writeLine(this.#output, line);
    this.#written = line;
    this.#writtenAt = performance.now();
    this.#waiting = null;
  }
}

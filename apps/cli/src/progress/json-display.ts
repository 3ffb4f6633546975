import type { RunReport, Waiting } from '@batchmill/service';
import { runJson } from '../show/run-summary.js';
import type { ProgressDisplay } from './progress-display.js';

/**
 * For programs. Prints an object for each change of what a run has done or waits for: that of `runs show --json`, with
 * `progress`, `outlook` and `waiting`.
 */
export class JsonDisplay implements ProgressDisplay {
  #printed = '';
  #waiting: Waiting | null = null;

  constructor(private readonly out: (value: object) => void) {}

  show(report: RunReport): void {
    const { status, pausedAt, progress, outlook } = report;
    const waiting = this.#waiting ?? report.waiting;
    const waits = outlook.waits.map(({ for: kind, batches, model }) => [kind, batches, model]);
    const change = JSON.stringify([status, pausedAt, progress, waiting, waits]);
    if (change === this.#printed) return;
    this.#printed = change;
    this.out({ ...runJson(report), progress, outlook, waiting });
  }

  wait(waiting: Waiting | null): void {
    this.#waiting = waiting;
  }

  /** A text is for people, and is not printed. */
  print(): void {}

  end(): void {
    this.#printed = '';
  }
}

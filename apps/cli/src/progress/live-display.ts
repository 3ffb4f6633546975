import type { RunReport, Waiting } from '@batchmill/service';
import cliProgress, { type Bar, type MultiBar } from 'cli-progress';
import { paintFor, type Paint } from '../show/paint.js';
import { terminalColumns, type Terminal } from '../show/terminal.js';
import { lastingWait, type ProgressDisplay } from './progress-display.js';
import { runView } from './run-view.js';

const tickMs = 1_000;

/** For a terminal. Updates its lines in place, also while no report comes, and clears them at the end. */
export class LiveDisplay implements ProgressDisplay {
  #view: MultiBar | null = null;
  #lines: readonly Bar[] = [];
  #report: RunReport | null = null;
  #waiting: Waiting | null = null;
  #ticks: NodeJS.Timeout | null = null;
  readonly #paint: Paint;
  // The cursor is hidden while the view is open.
  readonly #restoreCursor = (): void => this.end();

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
  ) {
    this.#paint = paintFor(terminal);
  }

  show(report: RunReport): void {
    this.#report = report;
    this.#ticks ??= setInterval(() => this.#draw(), tickMs).unref();
    this.#draw();
  }

  wait(waiting: Waiting | null): void {
    this.#waiting = waiting;
    if (this.#view !== null) this.#draw();
  }

  print(text: string): void {
    this.end();
    this.terminal.write(text);
  }

  end(): void {
    if (this.#ticks !== null) clearInterval(this.#ticks);
    this.#ticks = null;
    this.#close();
  }

  #draw(): void {
    if (this.#report === null) return;
    const now = this.now();
    const shown = { report: this.#report, waiting: lastingWait(this.#waiting, now), now };
    // One column less: on some terminals a line that fills the last column moves the cursor.
    const texts = runView(shown, { columns: terminalColumns(this.terminal) - 1, paint: this.#paint });
    if (this.#lines.length !== texts.length) this.#close();
    if (this.#view === null) this.#open(texts);
    for (const [index, text] of texts.entries()) this.#lines[index]?.update({ text });
  }

  #open(texts: readonly string[]): void {
    const view = new cliProgress.MultiBar({
      format: (_options, _params, { text }) => text,
      stream: this.terminal,
      clearOnComplete: true,
      hideCursor: true,
      fps: 8,
    });
    this.#lines = texts.map((text) => view.create(1, 0, { text }));
    this.#view = view;
    process.once('exit', this.#restoreCursor);
  }

  #close(): void {
    process.removeListener('exit', this.#restoreCursor);
    this.#view?.stop();
    this.#view = null;
    this.#lines = [];
  }
}

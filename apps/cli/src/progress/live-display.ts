import type { RunReport } from '@batchmill/service';
import cliProgress, { type Bar, type MultiBar } from 'cli-progress';
import { terminalColumns, type Terminal } from '../show/terminal.js';
import type { ProgressDisplay } from './progress-display.js';
import { runView } from './run-view.js';

/** For a terminal. Updates a line per stage in place, and clears the lines at the end. */
export class LiveDisplay implements ProgressDisplay {
  #view: MultiBar | null = null;
  #lines: readonly Bar[] = [];
  // The cursor is hidden while the view is open.
  readonly #restoreCursor = (): void => this.end();

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
  ) {}

  show(report: RunReport): void {
    // One column less: on some terminals a line that fills the last column moves the cursor.
    const texts = runView(report, { columns: terminalColumns(this.terminal) - 1, now: this.now() });
    if (this.#view === null) this.#open(texts.length);
    for (const [index, text] of texts.entries()) this.#lines[index]?.update({ text });
  }

  print(text: string): void {
    this.end();
    this.terminal.write(text);
  }

  end(): void {
    process.removeListener('exit', this.#restoreCursor);
    this.#view?.stop();
    this.#view = null;
  }

  #open(lines: number): void {
    const view = new cliProgress.MultiBar({
      format: (_options, _params, { text }) => text,
      stream: this.terminal,
      clearOnComplete: true,
      hideCursor: true,
      fps: 8,
    });
    this.#lines = Array.from({ length: lines }, () => view.create(1, 0, { text: '' }));
    this.#view = view;
    process.once('exit', this.#restoreCursor);
  }
}

import type { RunReport } from '@batchmill/service';
import cliProgress, { type Bar, type MultiBar } from 'cli-progress';
import type { ProgressDisplay, Terminal } from './display.js';
import { runView } from './run-view.js';
import { screenColumns } from './screen-columns.js';

/** For a terminal: a line per stage, drawn anew in place, and gone when it ends. */
export class LiveDisplay implements ProgressDisplay {
  #screen: MultiBar | null = null;
  #lines: readonly Bar[] = [];
  // The cursor is hidden meanwhile.
  readonly #restore = (): void => this.end();

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
  ) {}

  show(report: RunReport): void {
    // One less: a line that reaches the edge moves the cursor on some terminals.
    const texts = runView(report, { columns: screenColumns(this.terminal) - 1, now: this.now() });
    if (this.#screen === null) this.#open(texts.length);
    for (const [index, text] of texts.entries()) this.#lines[index]?.update({ text });
  }

  say(text: string): void {
    this.end();
    this.terminal.write(text);
  }

  end(): void {
    process.removeListener('exit', this.#restore);
    this.#screen?.stop();
    this.#screen = null;
  }

  #open(lines: number): void {
    const screen = new cliProgress.MultiBar({
      format: (_options, _params, { text }) => text,
      stream: this.terminal,
      clearOnComplete: true,
      hideCursor: true,
      fps: 8,
    });
    this.#lines = Array.from({ length: lines }, () => screen.create(1, 0, { text: '' }));
    this.#screen = screen;
    process.once('exit', this.#restore);
  }
}
